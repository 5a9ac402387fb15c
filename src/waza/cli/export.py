"""`waza export`: a saved model in the format of another library."""

import argparse
from pathlib import Path
from typing import Any

from waza.cli.keep import keep_compiled
from waza.core.controls import one_line
from waza.core.language import texts
from waza.core.terminal import put
from waza.interop.targets import TARGETS


def add_options(parser: argparse.ArgumentParser) -> None:
    """The folder, the format, and where to."""
    parser.add_argument("model", metavar="MODEL_DIR", help="the folder that `waza fit` or `waza compare` named")
    parser.add_argument("--to", choices=tuple(TARGETS), required=True, help="the format")
    parser.add_argument("--out", metavar="DIR", required=True, help="the new folder of the files")
    parser.add_argument("--force", action="store_true", help="replace the folder of an earlier export")


def command(options: argparse.Namespace) -> None:
    """Write the model, and print its inputs, its outputs and the largest difference."""
    from waza.interop.exporting import FACTS, ROWS, check_free
    from waza.interop.targets import target_of

    out = Path(options.out)
    target_of(options.to).check_installed()
    check_free(out, options.force)
    keep_compiled()
    from waza.kinds import load_model
    from waza.kinds.exported import export_model

    written = export_model(load_model(Path(options.model)), options.to, out, options.force)
    say = texts(Path(__file__).with_name("export"), options.lang)
    for one in written:
        put(one_line(one.path))
        for key, tensors in (("inputs", one.part.inputs), ("outputs", one.part.outputs)):
            put(f"  {say[key]}: {_listed(tensors)}")
        put("  " + say["difference"].format(difference=f"{one.difference:.1e}", rows=", ".join(map(str, ROWS))))
    put(say["facts"].format(path=out / FACTS))


def _listed(tensors: Any) -> str:
    return ", ".join(map(str, tensors))
