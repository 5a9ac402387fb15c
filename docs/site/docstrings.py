"""Docstrings in the pages: their conversion, and links to the public name of what they mention."""

from typing import Any

from reference import MODULES, public_names
from restructured import restructured


def _process(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    lines[:] = restructured(lines)


def _skip(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out the fields of named tuples, whose docstrings say nothing."""
    return True if str(getattr(thing, "__doc__", "")).startswith("Alias for field number") else None


def _public(app: Any, env: Any, node: Any, shown: Any) -> Any:
    """Link the name of a private module, or a name without its module, to the public name."""
    if node.get("refdomain") != "py":
        return None
    first, dot, rest = node["reftarget"].rpartition(".")
    for target in (_ALIASES.get(node["reftarget"]), f"{_ALIASES.get(first)}.{rest}" if dot else None):
        if target:
            domain = env.get_domain("py")
            found = domain.resolve_xref(env, node["refdoc"], app.builder, "obj", target, node, shown)
            if found is not None:
                return found
    return None


def _aliases() -> dict[str, str]:
    known: dict[str, str] = {}
    for module in MODULES:
        for name, thing in public_names(module).items():
            known.setdefault(name, f"{module}.{name}")
            where = getattr(thing, "__module__", None)
            if where and hasattr(thing, "__qualname__"):
                known.setdefault(f"{where}.{thing.__qualname__}", f"{module}.{name}")
    return known


_ALIASES = _aliases()


def setup(app: Any) -> dict[str, Any]:
    """Connect the conversion, before that of napoleon."""
    app.connect("autodoc-process-docstring", _process, priority=100)
    app.connect("autodoc-skip-member", _skip)
    app.connect("missing-reference", _public)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
