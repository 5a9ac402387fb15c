"""Source code without what does not matter to its results: docstrings and annotations."""

import ast
from typing import Any


def plain(tree: ast.Module) -> ast.Module:
    """The tree without docstrings and annotations; it is changed in place."""
    return _Plain().visit(tree)


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
