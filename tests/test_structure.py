"""The structure of the source: levels of the folders, no import cycles, one idea a file, as ARCHITECTURE.md has it."""

import ast
import graphlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
LONGEST = 350


def name_of(path):
    """The dotted name of a module's file."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted((SOURCE / "waza").rglob("*.py"))}


def levels():
    """Each folder's level, from the first code block of ARCHITECTURE.md: `folder/ [folder/ ...]  what it is  level`."""
    block = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("```")[1]
    rows = re.findall(r"^(\w+/(?:\s+\w+/)*)\s{2,}\S.*\s(\d+)$", block, re.MULTILINE)
    return {folder: int(level) for folders, level in rows for folder in re.findall(r"\w+", folders)}


def module_of(name):
    """The module that a dotted name is or lies in; None outside of waza."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name or None


def imported(node):
    """The names that a statement imports; of `from a import b` both a and a.b, of which the longer module counts."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        return [f"{node.module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):  # importlib.import_module, tables of modules
        match = re.fullmatch(r"(waza(?:\.\w+)+)\.?(?::\w+)?", node.value)
        return [match[1]] if match else []
    return []


def for_types_alone(node):
    """Whether a statement is `if TYPE_CHECKING:`, whose imports never happen."""
    return isinstance(node, ast.If) and ast.unparse(node.test).split(".")[-1] == "TYPE_CHECKING"


def walk(node, lazy):
    """The nodes below, functions' bodies only if lazy ones count; what only a type checker reads never does."""
    for child in ast.iter_child_nodes(node):
        if for_types_alone(child) or (not lazy and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
            continue
        yield child
        yield from walk(child, lazy)


@cache
def imports(name, lazy=True):
    """The modules of waza that a module imports: by statements, and if `lazy` inside of functions and by name too."""
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    nodes = [node for node in walk(tree, lazy) if lazy or not isinstance(node, ast.Constant)]
    found = {module_of(target) for node in nodes for target in imported(node)}
    return found - {None, name}


def folder_of(name):
    """The folder of a module; "" for the package itself and its entry, which stand above all levels."""
    return name.split(".")[1] if name.count(".") and name != "waza.__main__" else ""


def test_the_page_and_the_folders_agree():
    folders = {path.name for path in (SOURCE / "waza").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(levels()) == folders


def test_imports_run_downwards():
    """The package itself, which hands all names on, stands above every level; nothing imports it."""
    level = levels()
    wrong = [
        f"{name} ({level[folder_of(name)]}) imports {target}"
        for name in MODULES
        if folder_of(name)
        for target in imports(name)
        if folder_of(target) != folder_of(name)
        and level.get(folder_of(target), max(level.values()) + 1) >= level[folder_of(name)]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_kind_imports_another():
    def kind(name):
        match = re.match(r"waza\.kinds\.(\w+)", name)
        return match[1] if match and (SOURCE / "waza" / "kinds" / match[1]).is_dir() else ""

    wrong = [
        f"{name} imports {target}"
        for name in MODULES
        for target in imports(name)
        if kind(name) and kind(target) not in ("", kind(name))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_module_imports_itself_by_others():
    """Imports at the head of modules only: those inside of functions happen later."""
    graph = {name: imports(name, lazy=False) for name in MODULES if folder_of(name)}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def files():
    return [path for folder in ("src", "tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_a_file_is_short_and_says_what_it_is():
    texts = {path.relative_to(ROOT): path.read_text("utf-8") for path in files()}
    wrong = [f"{path}: {text.count(chr(10))} lines" for path, text in texts.items() if text.count("\n") > LONGEST]
    wrong += [f"{path}: no docstring" for path, text in texts.items() if not ast.get_docstring(ast.parse(text))]
    wrong += [f"{path}: say what it holds" for path in texts if re.fullmatch(r"utils?|helpers?|misc", path.stem)]
    assert not wrong, "\n".join(wrong)
