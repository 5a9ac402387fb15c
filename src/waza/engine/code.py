"""Digests of the code that a study uses, so that results of other code can be told from its own."""

import ast
import dataclasses
import functools
import hashlib
import importlib.metadata
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax

from waza.core.names import SCRIPTS
from waza.core.users_files import is_users_file
from waza.engine.describe import unwrapped
from waza.engine.fileless import content, is_fileless
from waza.engine.plain import plain

ROOT = Path(__file__).parent.parent
ELSEWHERE = ("cli", "core", "data", "report", "study")  # packages of waza that no learner's numbers depend on
EXCEPT = ("data.redrawn",)  # modules of these on which they do depend
NEUTRAL = ("checkpoint", "describe", "pace", "watch")  # modules of the engine of which the same holds
GENERATED = "<string>"  # the file of methods that `dataclasses` makes
Chain = tuple[str, ...]  # names joined by dots, such as ("nn", "relu")

LOOP: tuple[tuple[str, Chain], ...] = (  # what every study uses
    ("waza.engine.group", ("Group",)),
    ("waza.engine.program", ("Program",)),
    ("waza.engine.work", ("compute",)),
)


def code_of(recipes: Any) -> dict[str, str]:
    """Digests of the code that recipes use, by file: of waza as "nn/dropout.py", of a user's own as "study.py".

    A file's digest covers the definitions that are reached: those of the classes and functions in the recipes and of
    the training loop, and all that these name, in their file or by import. Comments, docstrings, formatting and type
    annotations do not count. For other packages, the version is used instead of a digest. Of code without a file,
    as in a notebook, the bytecode, constants and defaults are covered, and what the functions name.

    Args:
        recipes: a tree of recipes, such as a study's variants by name.

    >>> from waza import nn
    >>> sorted(name for name in code_of(nn.Dense(2, 3)) if name.startswith("nn/d"))
    ['nn/dense.py']
    """
    reached: dict[Path, set[str]] = {}
    code: dict[str, str] = {}
    labels: dict[Path, str] = {}
    todo: list[_Definition] = []
    for module, chain in LOOP:
        todo += _follow(module, chain)
    for thing in dict.fromkeys(_named(recipes)):
        module = str(thing.__module__)
        path = _file(module, thing)
        if path is not None:
            labels[path] = _label(module, path)
            todo.append(_Definition(module, path, thing.__qualname__.partition(".")[0]))
            for chain in _source(path).lambdas.get(_line(thing), ()):
                todo += _resolve(module, path, chain)
        elif is_fileless(module):
            code[module] = _digest([code.get(module, ""), *content(thing, set())])
        elif not module.startswith(f"{ROOT.name}.") and (version := _version(module)) is not None:
            code[module.partition(".")[0]] = version
    while todo:
        module, path, name = todo.pop()
        if name in reached.setdefault(path, set()):
            continue
        labels.setdefault(path, _label(module, path))
        source = _source(path)
        for definition in (source.always, source.definitions.get(name, _NOTHING)):
            for chain in definition.uses:
                todo += _resolve(module, path, chain)
        reached[path].add(name)
    for path, names in reached.items():
        source = _source(path)
        digests = [source.definitions[name].digest for name in sorted(names) if name in source.definitions]
        code[labels[path]] = _digest([code.get(labels[path], ""), source.always.digest, *digests])
    return dict(sorted(code.items()))


class _Definition(NamedTuple):
    """A name at the top of a module's file."""

    module: str
    path: Path
    name: str


class _Code(NamedTuple):
    """The digest of some statements, and the dotted names that they use."""

    digest: str
    uses: frozenset[Chain]


class _Source(NamedTuple):
    """A file: its definitions by name, its other statements, and its imports as (module, name or None) by name.

    `everything` are the modules of which all names are imported; `lambdas` the names that the lambdas of a line use.
    """

    definitions: Mapping[str, _Code]
    always: _Code
    imports: Mapping[str, tuple[str, str | None]]
    everything: tuple[str, ...]
    lambdas: Mapping[int, frozenset[Chain]]


_NOTHING = _Code("", frozenset())


def _named(value: Any) -> Iterator[Any]:
    """The classes and functions that a tree of recipes holds."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _named(item)
    elif isinstance(value, type):
        yield value
    elif dataclasses.is_dataclass(value):
        yield type(value)
        for field in dataclasses.fields(value):
            yield from _named(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, jax.tree_util.Partial):
        yield from _named((value.func, value.args, value.keywords))
    elif isinstance(value, types.FunctionType):
        yield value
        yield from _named([cell.cell_contents for cell in value.__closure__ or ()])
        if value.__name__ == "<lambda>":  # it has no definition of its own whose names could be followed
            yield from _globals_of(value)
    elif isinstance(wrapped := unwrapped(value), types.FunctionType):
        yield from _named(wrapped)
    elif callable(value) and hasattr(value, "__qualname__") and hasattr(value, "__module__"):
        yield value


def _globals_of(function: types.FunctionType) -> Iterator[Any]:
    """The global classes and functions that a function names, directly or as a part of a module."""
    names = function.__code__.co_names
    for value in [function.__globals__[name] for name in names if name in function.__globals__]:
        parts = [getattr(value, name, None) for name in names] if isinstance(value, types.ModuleType) else [value]
        yield from (part for part in parts if isinstance(part, type | types.FunctionType))


def _follow(module: str, chain: Chain) -> list[_Definition]:
    """The definitions that dotted names in a module stand for; all of them where the module itself is meant."""
    path = _file(module)
    if path is None:
        return []
    if chain:
        return _resolve(module, path, chain)
    if path.name == "__init__.py":
        return []
    return [_Definition(module, path, name) for name in _source(path).definitions]


def _resolve(module: str, path: Path, chain: Chain) -> list[_Definition]:
    """The definitions that dotted names stand for in the file of a module; none for a local or built-in name."""
    source, (name, *rest) = _source(path), chain
    if name in source.definitions:
        return [_Definition(module, path, name)]
    if name in source.imports and source.imports[name] != (module, name):  # else a package names its own module
        target, part = source.imports[name]
        return _follow(_absolute(target, module, path), (*([part] if part else []), *rest))
    for target in source.everything:
        if found := _follow(_absolute(target, module, path), chain):
            return found
    if path.name == "__init__.py":
        if _file(f"{module}.{name}") is not None:
            return _follow(f"{module}.{name}", tuple(rest))
        thing = getattr(sys.modules.get(module), name, None)  # such as wz.Supervised, which is found when it is used
        if isinstance(thing, type | types.FunctionType) and thing.__module__ != module:
            return _follow(thing.__module__, (thing.__name__,))
    return []


def _absolute(target: str, module: str, path: Path) -> str:
    """The name of a module that is imported; of "..helper" as seen from the module with this file."""
    if not target.startswith("."):
        return target
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    dots = len(target) - len(target.lstrip("."))
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - dots + 1], *([target[dots:]] if target[dots:] else [])])


def _file(module: str, thing: Any = None) -> Path | None:
    """The file of a module whose code counts: of waza, or a user's own; None for a package that is installed."""
    if module.partition(".")[0] == ROOT.name:
        parts = module.split(".")[1:]
        elsewhere = parts and (parts[0] in ELSEWHERE or (parts[0] == "engine" and parts[-1] in NEUTRAL))
        if elsewhere and ".".join(parts) not in EXCEPT:
            return None
        return next((one for one in (ROOT.joinpath(*parts, "__init__.py"), _module_file(parts)) if one.is_file()), None)
    path = _code_file(thing)
    if path is None:
        path = getattr(sys.modules.get(module), "__file__", None)
    return Path(path) if path and is_users_file(path) else None


def _module_file(parts: list[str]) -> Path:
    return ROOT.joinpath(*parts).with_suffix(".py")


def _code_file(thing: Any) -> str | None:
    """The file in which a function, or a class's own first method, is written.

    It is "" where they are written in none, as in a cell of a notebook, and None where there are no functions.
    """
    functions = vars(thing).values() if isinstance(thing, type) else (thing,)
    owned = [one for one in functions if isinstance(one, types.FunctionType) and one.__module__ == thing.__module__]
    written = [one.__code__.co_filename for one in owned if one.__code__.co_filename != GENERATED]
    return next((one for one in written if Path(one).is_file()), "" if written else None)


def _label(module: str, path: Path) -> str:
    """The name of a file in `code_of`; it never holds a folder of the machine."""
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix()
    script = module in SCRIPTS
    return path.name if script else module.replace(".", "/") + ".py"


@functools.cache
def _version(module: str) -> str | None:
    """The version of the installed package that a module belongs to; None for Python's own."""
    try:
        return importlib.metadata.version(module.partition(".")[0])
    except importlib.metadata.PackageNotFoundError:
        return None


def _line(thing: Any) -> int:
    """The line on which a lambda begins; 0 for anything else."""
    is_lambda = isinstance(thing, types.FunctionType) and thing.__name__ == "<lambda>"
    return thing.__code__.co_firstlineno if is_lambda else 0


def _source(path: Path) -> _Source:
    """The content of a file; one of waza's is read once in a process, a user's own again after it was edited."""
    return _parsed(path, 0 if path.is_relative_to(ROOT) else path.stat().st_mtime_ns)


@functools.cache
def _parsed(path: Path, written: int) -> _Source:
    tree = plain(ast.parse(path.read_text("utf-8")))
    imports: dict[str, tuple[str, str | None]] = {}
    statements: dict[str, list[ast.stmt]] = {}
    always: list[ast.stmt] = []
    everything: list[str] = []
    lambdas: dict[int, frozenset[Chain]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.partition(".")[0]
                imports[one.asname or first] = (one.name if one.asname else first, None)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            everything += [module for one in node.names if one.name == "*"]
            imports |= {one.asname or one.name: (module, one.name) for one in node.names if one.name != "*"}
        elif isinstance(node, ast.Lambda):
            uses: set[Chain] = set()
            _collect(node, uses)
            lambdas[node.lineno] = lambdas.get(node.lineno, frozenset()) | uses
    for statement in tree.body:
        names = _defined(statement)
        for name in names:
            statements.setdefault(name, []).append(statement)
        if not names and not isinstance(statement, ast.Import | ast.ImportFrom):
            always.append(statement)
    return _Source(
        {name: _code(some) for name, some in statements.items()}, _code(always), imports, tuple(everything), lambdas
    )


def _defined(statement: ast.stmt) -> list[str]:
    """The names that a statement at the top of a file defines."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if not isinstance(statement, ast.Assign):
        return []
    nodes = [node for target in statement.targets for node in ast.walk(target)]
    return [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _code(statements: list[ast.stmt]) -> _Code:
    uses: set[Chain] = set()
    for statement in statements:
        _collect(statement, uses)
    return _Code(_digest([ast.dump(one) for one in statements]), frozenset(uses))


def _collect(node: ast.AST, uses: set[Chain]) -> None:
    """Add the dotted names that stand below a node."""
    parts: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        uses.add((inner.id, *reversed(parts)))
        return
    for child in ast.iter_child_nodes(inner):
        _collect(child, uses)


def users_files() -> list[tuple[str, str, str]]:
    """The name, path and text of each module of this process that is the user's own, without the script itself."""
    found = []
    for name, module in sorted(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path and name != "__main__" and name.partition(".")[0] != ROOT.name and is_users_file(path):
            found.append((name, str(path), Path(path).read_text("utf-8")))
    return found


def is_users(label: str) -> bool:
    """Whether a file in `code_of` is a user's own, and neither of waza nor another package.

    >>> is_users("nn/dense.py"), is_users("my_study.py"), is_users("optax")
    (False, True, False)
    """
    return not (ROOT / label).is_file() and (label.endswith(".py") or label in SCRIPTS)


def _digest(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
