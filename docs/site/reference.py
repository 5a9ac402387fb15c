"""The pages of the API reference: one a module, a table of its public names and then each of them."""

import ast
import importlib
import inspect
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from restructured import restructured

MODULES = (
    "waza.nn",
    "waza.optim",
    "waza.models",
    "waza.learners",
    "waza.data",
    "waza.data.tasks",
    "waza.study",
    "waza.kinds",
    "waza.comparison",
    "waza.interop.keras",
    "waza.testing",
    "waza",
)
"""Of a name that two modules hand on, the first one documents it."""

JAPANESE = {
    "waza.nn": "ネットワークの部品:活性化関数、初期値、層、損失、順伝播の状態",
    "waza.optim": "最適化手法と、それを包むもの、学習率のスケジュール",
    "waza.models": "`waza.nn` の部品で作ったネットワーク全体",
    "waza.learners": "学習するもの:契約と、学習器の種類",
    "waza.data": "データとテキスト:ダウンロード、検証、読み込み、分割",
    "waza.data.tasks": "規則から作るデータ:系列の課題",
    "waza.study": "比較するもの:実験、実行、統計、主張と判定",
    "waza.kinds": "`waza fit` で学習し `waza use` で使うモデルの種類",
    "waza.comparison": "自分のデータで、どの手法が効くか",
    "waza.interop.keras": "Keras との行き来:`to_keras` と `from_keras`",
    "waza.testing": "学習器、層、最適化手法、データ源が満たすべき契約の検査",
    "waza": "`wz.` で使う短い名前",
}


def public_names(module_name: str) -> dict[str, Any]:
    """What a module hands on, by name, without modules: `__all__`, or what it imports `as` the same name."""
    module = _module(module_name)
    names = getattr(module, "__all__", None) or _handed_on(module)
    things = {name: getattr(module, name) for name in names if not name.startswith("__")}
    return {name: thing for name, thing in things.items() if not isinstance(thing, ModuleType)}


def _handed_on(module: ModuleType) -> list[str]:
    imports = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ImportFrom)]
    return [alias.name for node in imports for alias in node.names if alias.asname == alias.name]


def reference_pages(language: str) -> dict[str, str]:
    """The pages of the API reference by path, as reStructuredText."""
    documented: dict[int, str] = {}
    pages = {}
    for module in MODULES:
        names = public_names(module)
        for name, thing in names.items():
            documented.setdefault(id(thing), f"{module}.{name}")
        (said,) = restructured([JAPANESE[module] if language == "ja" else _first_sentence(_module(module))])
        lines = [f"``{module}``", "=" * (len(module) + 4), "", f".. py:module:: {module}", "", said, ""]
        lines += [".. list-table::", "   :widths: 30 70", "   :class: names", ""]
        for name, thing in names.items():
            (summary,) = restructured([_first_sentence(thing)])
            lines += [f"   * - :py:obj:`{name} <{documented[id(thing)]}>`", f"     - {summary}"]
        for name, thing in names.items():
            if documented[id(thing)] == f"{module}.{name}":
                lines += ["", *_directive(f"{module}.{name}", thing)]
        pages[f"reference/{module}"] = "\n".join(lines) + "\n"
    return pages


def _module(name: str) -> ModuleType:
    return importlib.import_module(name)


def _first_sentence(thing: Any) -> str:
    """The first paragraph of a docstring in one line; nothing for a constant, whose class has one."""
    if not (_documented(thing) or isinstance(thing, ModuleType)):
        return ""
    first = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
    return first.replace("$$", "$")


def plain(shown: str) -> str:
    """Types and defaults as the source names them, such as `Array`, `PRNGKeyArray` and `relu`."""
    named = re.sub(r"(?:jax\.)?jaxlib\._jax\.Array", "Array", re.sub(r"\b(?:typing|collections\.abc)\.", "", shown))
    named = named.replace("Key[Array, ''] | UInt32[Array, '2'] | UInt32[Array, '4']", "PRNGKeyArray")
    return re.sub(r"<function ([\w.]+)>", r"\1", named).replace("<factory>", "...")


def _documented(thing: Any) -> bool:
    """Whether it has a docstring of its own: a class or function of waza, not a constant or the name of a type."""
    return str(getattr(thing, "__module__", "")).startswith("waza.") and hasattr(thing, "__qualname__")


def _directive(full: str, thing: Any) -> list[str]:
    """The directive of autodoc for this object."""
    if inspect.isclass(thing):
        bases = ["   :show-inheritance:"] if thing.__bases__ != (object,) else []
        return [f".. autoclass:: {full}", "   :members:", "   :special-members: __call__", *bases]
    if _documented(thing):
        return [f".. autofunction:: {full}"]
    names = ", ".join(f"``{key}``" for key in thing) if isinstance(thing, Mapping) else ""
    return [f".. py:data:: {full}", "", f"   A mapping with {names}." if names else f"   ``{plain(str(thing))}``"]
