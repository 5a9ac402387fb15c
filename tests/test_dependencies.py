"""What the package imports is declared, what is declared is imported, and every declared package is pinned."""

import ast
import importlib.metadata
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import waza

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REQUIRED = [Requirement(one) for one in PROJECT["dependencies"]]
EXTRAS = {extra: [Requirement(one) for one in given] for extra, given in PROJECT["optional-dependencies"].items()}


def opened(given):
    """The requirements, with those of waza's own extras in place of their name."""
    own = [more for one in given if one.name == PROJECT["name"] for extra in one.extras for more in EXTRAS[extra]]
    return [one for one in given if one.name != PROJECT["name"]] + (opened(own) if own else [])


OPTIONAL = {extra: opened(given) for extra, given in EXTRAS.items()}


def imported(folder):
    """Every module outside the standard library and the folder that is imported below it, with the importing files."""
    found, own = {}, {path.stem for path in (ROOT / folder).rglob("*") if path.is_dir() or path.suffix == ".py"}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for name in {one.partition(".")[0] for one in names} - sys.stdlib_module_names - {"waza"} - own:
                found.setdefault(name, []).append(str(path.relative_to(ROOT)))
    return found


@pytest.fixture(scope="module")
def packages():
    """The packages, by the module that they bring."""
    return {
        module: {canonicalize_name(one) for one in found}
        for module, found in importlib.metadata.packages_distributions().items()
    }


def names(requirements):
    return {canonicalize_name(one.name) for one in requirements}


def test_what_is_imported_is_declared(packages):
    declared = names(REQUIRED) | {name for given in OPTIONAL.values() for name in names(given)}
    missing = {
        module: files for module, files in imported("src").items() if not packages.get(module, {module}) & declared
    }
    assert not missing


def test_what_is_declared_is_imported(packages):
    used = {package for module in imported("src") for package in packages.get(module, {module})}
    assert names(REQUIRED) <= used


def test_what_the_tests_import_is_declared(packages):
    declared = names([*REQUIRED, *OPTIONAL["test"]])
    missing = {
        module: files for module, files in imported("tests").items() if not packages.get(module, {module}) & declared
    }
    assert not missing


def test_every_declared_package_is_pinned_to_a_version_that_is_allowed():
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").split())
    pinned = {canonicalize_name(name): version for name, version in pins.items()}
    for one in [*REQUIRED, *OPTIONAL["parquet"], *OPTIONAL["tensorboard"], *OPTIONAL["text"], *OPTIONAL["test"]]:
        assert one.specifier.contains(pinned[canonicalize_name(one.name)]), one


def test_the_version_has_its_section_in_the_changes():
    assert f"\n## {PROJECT['version']}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_version_is_the_installed_one():
    assert waza.__version__ == importlib.metadata.version("waza")
