"""Digests of the code that a study uses, so that results of other code can be told from its own."""

import ast
import dataclasses
import functools
import hashlib
import importlib.metadata
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax

ROOT = Path(__file__).parent.parent
ELSEWHERE = ("cli", "core", "data", "report", "study")  # packages of waza that no learner's numbers depend on
EXCEPT = ("data.redrawn",)  # modules of these on which they do depend
NEUTRAL = ("checkpoint", "describe", "pace", "watch")  # modules of the engine of which the same holds
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
    as in a notebook, the bytecode of the recipes' own classes and functions is covered.

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
        elif module in ("__main__", "waza_study_file") or module not in sys.modules:
            code[module] = _digest([code.get(module, ""), *map(repr, _bytecode(thing))])
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
    """A file: its definitions by name, its other statements, and its imports as (module, name or None) by name."""

    definitions: Mapping[str, _Code]
    always: _Code
    imports: Mapping[str, tuple[str, str | None]]


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
        return _follow(target, (*([part] if part else []), *rest))
    if path.name == "__init__.py":
        if _file(f"{module}.{name}") is not None:
            return _follow(f"{module}.{name}", tuple(rest))
        thing = getattr(sys.modules.get(module), name, None)  # such as wz.Supervised, which is found when it is used
        if isinstance(thing, type | types.FunctionType) and thing.__module__ != module:
            return _follow(thing.__module__, (thing.__name__,))
    return []


def _file(module: str, thing: Any = None) -> Path | None:
    """The file of a module whose code counts: of waza, or a user's own; None for a package that is installed."""
    if module.partition(".")[0] == ROOT.name:
        parts = module.split(".")[1:]
        elsewhere = parts and (parts[0] in ELSEWHERE or (parts[0] == "engine" and parts[-1] in NEUTRAL))
        if elsewhere and ".".join(parts) not in EXCEPT:
            return None
        return next((one for one in (ROOT.joinpath(*parts, "__init__.py"), _module_file(parts)) if one.is_file()), None)
    path = _code_file(thing) or getattr(sys.modules.get(module), "__file__", None)
    return Path(path) if path and _is_users(path) else None


def _module_file(parts: list[str]) -> Path:
    return ROOT.joinpath(*parts).with_suffix(".py")


def _code_file(thing: Any) -> str | None:
    """The file in which a function, or a class's own first method, is written."""
    functions = vars(thing).values() if isinstance(thing, type) else (thing,)
    owned = (one for one in functions if isinstance(one, types.FunctionType) and one.__module__ == thing.__module__)
    return next((one.__code__.co_filename for one in owned if Path(one.__code__.co_filename).is_file()), None)


@functools.cache
def _is_users(path: str) -> bool:
    """Whether a file is a user's own: Python source outside the folders of installed packages."""
    file, folders = Path(path).resolve(), [Path(one).resolve() for one in sysconfig.get_paths().values()]
    inside = any(file.is_relative_to(folder) for folder in folders if folder != Path("/"))
    return file.is_file() and file.suffix == ".py" and not inside and "site-packages" not in file.parts


def _label(module: str, path: Path) -> str:
    """The name of a file in `code_of`; it never holds a folder of the machine."""
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix()
    script = module in ("__main__", "waza_study_file")
    return path.name if script else module.replace(".", "/") + ".py"


@functools.cache
def _version(module: str) -> str | None:
    """The version of the installed package that a module belongs to; None for Python's own."""
    try:
        return importlib.metadata.version(module.partition(".")[0])
    except importlib.metadata.PackageNotFoundError:
        return None


def _bytecode(thing: Any) -> Iterator[bytes]:
    """The bytecode of a function, or of a class's own methods."""
    for one in vars(thing).values() if isinstance(thing, type) else (thing,):
        if isinstance(one, types.FunctionType):
            yield one.__code__.co_code


def _source(path: Path) -> _Source:
    """The content of a file; one of waza's is read once in a process, a user's own again after it was edited."""
    return _parsed(path, 0 if path.is_relative_to(ROOT) else path.stat().st_mtime_ns)


@functools.cache
def _parsed(path: Path, written: int) -> _Source:
    tree = _Plain().visit(ast.parse(path.read_text("utf-8")))
    imports: dict[str, tuple[str, str | None]] = {}
    statements: dict[str, list[ast.stmt]] = {}
    always: list[ast.stmt] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.partition(".")[0]
                imports[one.asname or first] = (one.name if one.asname else first, None)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports |= {one.asname or one.name: (node.module, one.name) for one in node.names}
    for statement in tree.body:
        names = _defined(statement)
        for name in names:
            statements.setdefault(name, []).append(statement)
        if not names and not isinstance(statement, ast.Import | ast.ImportFrom):
            always.append(statement)
    return _Source({name: _code(some) for name, some in statements.items()}, _code(always), imports)


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


class _Plain(ast.NodeTransformer):
    """Removes docstrings and annotations; of a class's fields it keeps what annotations mean to a recipe."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self._without_docstring(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [_field(one) if isinstance(one, ast.AnnAssign) else one for one in node.body]
        return self._without_docstring(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self._without_docstring(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value is not None else ast.Pass()

    def _without_docstring(self, node: Any) -> ast.AST:
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)


def _field(node: ast.AnnAssign) -> ast.Assign:
    """A class's field without its annotation, and with a mark where it has no default."""
    value = ast.Constant("<no default>") if node.value is None else node.value
    return ast.Assign([node.target], value, type_comment=_meaning(ast.unparse(node.annotation)))


def _meaning(annotation: str) -> str:
    """What a recipe makes of a field's annotation: a number that may vary, a constant of the class, or nothing."""
    if annotation.startswith(("ClassVar", "typing.ClassVar")):
        return "ClassVar"
    return annotation if annotation in ("float", "float | None") else ""


def _digest(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
