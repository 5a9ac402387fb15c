"""Docstrings in the pages: their conversion, and links to the public name of what they mention."""

import inspect
from typing import Any

from reference import MODULES, plain, public_names
from restructured import restructured


def _process(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    lines[:] = restructured(lines)


def _signature(
    app: Any, what: str, name: str, thing: Any, options: Any, arguments: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """The signature with types and defaults as the source names them."""
    return tuple(one and plain(one) for one in (arguments, returns))


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


def _name_types() -> None:
    """Give the parameters of recipes the types of their fields: equinox has Any for a field that it converts."""
    for thing in (thing for module in MODULES for thing in public_names(module).values() if inspect.isclass(thing)):
        given = getattr(vars(thing).get("__init__"), "__annotations__", {})
        for owner in thing.__mro__:
            for name, kind in inspect.get_annotations(owner).items():
                if given.get(name) is Any:
                    given[name] = kind


def setup(app: Any) -> dict[str, Any]:
    """Connect the conversion, before that of napoleon."""
    _name_types()
    app.connect("autodoc-process-docstring", _process, priority=100)
    app.connect("autodoc-process-signature", _signature)
    app.connect("autodoc-skip-member", _skip)
    app.connect("missing-reference", _public)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
