"""A page as a target of exports: the ONNX file of a classifier, and onnxruntime-web, in one HTML file."""

import base64
import gzip
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import LANGUAGES, system_language
from waza.interop.target import Target

FOLDER = Path(__file__).parent
# `make web` puts these files of the npm package onnxruntime-web here; they are in the package, not in the repository.
RUNTIME = FOLDER / "runtime"
SCRIPT, WASM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"
MODEL = re.compile(rb'<script type="text/plain" id="model">([\w+/=]*)</script>')


class PageTarget(Target):
    """A page in which a classifier of images is tried, checked with ONNX Runtime."""

    name: ClassVar = "page"
    ending: ClassVar = ".html"
    packages: ClassVar = ("onnx", "onnxruntime")
    extra: ClassVar = "onnx"

    def check_installed(self) -> None:
        """Refuse to go on without the packages and the browser's runtime.

        Raises:
            Error: one is missing.
        """
        super().check_installed()
        if not all((RUNTIME / name).is_file() for name in (SCRIPT, WASM)):
            raise Error(
                "export to a page needs onnxruntime-web, which this installation has not: run `make web` in waza's "
                "source, or export to onnx"
            )

    def write(self, part: Any, path: Path, facts: Mapping[str, Any]) -> None:
        """Write the page.

        Raises:
            Error: the model is no classifier of images, or a layer has no counterpart in ONNX.
        """
        import jinja2
        from markupsafe import Markup

        from waza.interop.onnx.writing import model_of

        if "pixels" not in facts or "classes" not in facts:
            raise Error("a page is for classifiers of images: export this model to onnx")
        height, width, channels = part.inputs[0].shape[1:]
        words = {name: tomllib.loads((FOLDER / f"texts.{name}.toml").read_text("utf-8")) for name in LANGUAGES}
        first = system_language()
        known = {"words": words, "first": first, "classes": facts["classes"]}
        known |= {"height": height, "width": width, "channels": channels}
        template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
            (FOLDER / "page.html").read_text("utf-8")
        )
        page = template.render(
            words=words,
            first=first,
            grey=channels == 1,
            height=height,
            width=width,
            model=_text(model_of(part).SerializeToString()),
            runtime=_text((RUNTIME / SCRIPT).read_bytes()),
            wasm=_text(gzip.compress((RUNTIME / WASM).read_bytes(), 9, mtime=0)),
            facts=Markup(json.dumps(known, ensure_ascii=False).replace("<", "\\u003c")),
            script=Markup((FOLDER / "page.js").read_text("utf-8")),
        )
        write_whole(path, page.encode())

    def read(self, part: Any, path: Path) -> Any:
        """The model in the page, by ONNX Runtime."""
        from waza.interop.onnx.target import run_by

        found = MODEL.search(path.read_bytes())
        assert found is not None
        return run_by(base64.b64decode(found[1]))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


TARGET = PageTarget()
