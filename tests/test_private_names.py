"""Nothing outside `tui/ui/textual_compat` touches what Textual, Rich and the libraries of the wire
keep private: no import, no attribute, no override.

Whose an attribute is cannot be read from the text alone. `self._x` belongs to the library if a
class of its own among the bases has that name. `other._x` belongs to us only if the same module
defines it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = {"textual", "rich", "textual_plotext", "httpx", "httpcore", "websockets"}
EXEMPT = ROOT / "tui/ui/textual_compat"
BY_NAME = {"getattr", "setattr", "hasattr", "delattr"}


def is_private(name: str) -> bool:
    return (
        name.startswith("_") and not (name.startswith("__") and name.endswith("__")) and name != "_"
    )


def is_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES


# --- what a class has ----------------------------------------------------------------------------


def parts_of(node: ast.AST) -> Iterator[ast.AST]:
    """Everything within a class or a function, but the classes in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef):
            yield child
            yield from parts_of(child)


def own_object(node: ast.expr) -> bool:
    """`self`, `cls`, `super()`, `type(self)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "super" or (node.func.id == "type" and own_object(node.args[0]))
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def body_names(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """The names that a class or a module defines, and where."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.Assign():
                for target in node.targets:
                    for one in ast.walk(target):
                        if isinstance(one, ast.Name):
                            yield one.id, node.lineno
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node.lineno
            case ast.If() | ast.Try():
                yield from body_names([*node.body, *node.orelse])


def stored_names(node: ast.ClassDef) -> Iterator[str]:
    """The attributes that its methods give to an instance."""
    for part in parts_of(node):
        if (
            isinstance(part, ast.Attribute)
            and isinstance(part.ctx, ast.Store)
            and own_object(part.value)
        ):
            yield part.attr


def classes_in(node: ast.AST, within: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield within + child.name, child
            yield from classes_in(child, f"{within}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from classes_in(child, f"{within}{child.name}.<locals>.")
        else:
            yield from classes_in(child, within)


@cache
def library_classes(module: str) -> dict[str, frozenset[str]]:
    """By class the private attributes that its methods set."""
    try:
        tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    except (OSError, TypeError):
        return {}  # compiled
    return {name: frozenset(stored_names(node)) for name, node in classes_in(tree)}


@cache
def library_names(cls: type) -> dict[str, str]:
    """The private names that the library's classes among its bases have, and whose they are."""
    found = {}
    for base in cls.__mro__:
        if is_library(base.__module__):
            stored = library_classes(base.__module__).get(base.__qualname__, frozenset())
            found |= {
                name: base.__qualname__ for name in {*vars(base), *stored} if is_private(name)
            }
    return found


# --- what a module of ours does ------------------------------------------------------------------


def bases_of(name: str, node: ast.ClassDef, module: ModuleType) -> list[type]:
    """The class itself; of one that a function makes, its bases."""
    if "<locals>" in name:
        found = [eval(ast.unparse(base), vars(module)) for base in node.bases]  # noqa: S307
        return [getattr(base, "__origin__", base) for base in found]
    one: object = module
    for part in name.split("."):
        one = getattr(one, part)
    assert isinstance(one, type)
    return [one]


def private_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module)) if node.level == 0:
                names = [f"{module}.{alias.name}" for alias in node.names]
            case _:
                continue
        for name in names:
            if is_library(name) and any(map(is_private, name.split("."))):
                yield node.lineno, f"imports {name}"


def private_overrides(tree: ast.Module, module: ModuleType) -> Iterator[tuple[int, str]]:
    """What a class defines or sets that a library's class above it has for itself."""
    for name, node in classes_in(tree):
        theirs: dict[str, str] = {}
        for base in bases_of(name, node, module):
            theirs |= library_names(base)
        for own, line in body_names(node.body):
            if own in theirs:
                yield line, f"{name} overrides {theirs[own]}.{own}"
        for part in parts_of(node):
            if isinstance(part, ast.Attribute) and own_object(part.value) and part.attr in theirs:
                yield part.lineno, f"{name} uses {theirs[part.attr]}.{part.attr}"


def of_standard_library(node: ast.expr, module: ModuleType) -> bool:
    """`os._exit` is documented, for one."""
    found = getattr(module, node.id, None) if isinstance(node, ast.Name) else None
    return isinstance(found, ModuleType) and found.__name__ in sys.stdlib_module_names


def private_attributes(tree: ast.Module, module: ModuleType) -> Iterator[tuple[int, str]]:
    """What it takes of other objects though no class or line of its own defines it."""
    ours = {name for name, _ in body_names(tree.body)}
    for _, node in classes_in(tree):
        ours |= {name for name, _ in body_names(node.body)} | set(stored_names(node))
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=of) if not (own_object(of) or of_standard_library(of, module)):
                name = node.attr
            case ast.Call(
                func=ast.Name(id=called), args=[_, ast.Constant(value=str(name)), *_]
            ) if called in BY_NAME:
                pass
            case _:
                continue
        if is_private(name) and name not in ours:
            yield node.lineno, f"uses {ast.unparse(node)}"


def private_uses(source: str, module: ModuleType) -> list[str]:
    tree = ast.parse(source)
    found = {
        *private_imports(tree),
        *private_overrides(tree, module),
        *private_attributes(tree, module),
    }
    return [f"{module.__name__}:{line} {what}" for line, what in sorted(found)]


def modules() -> list[str]:
    files = [file for file in (ROOT / "tui").rglob("*.py") if EXEMPT not in file.parents]
    names = [file.relative_to(ROOT).with_suffix("").parts for file in sorted(files)]
    return [".".join(name) for name in names if name[-1] not in {"__init__", "__main__"}]


def test_nothing_private_of_a_library_is_touched() -> None:
    found = []
    for name in modules():
        module = importlib.import_module(name)
        assert module.__file__ is not None
        found += private_uses(Path(module.__file__).read_text("utf-8"), module)
    assert not found, "\n".join(found)


FORBIDDEN = {
    "a module": "from textual._compositor import Compositor",
    "a name": "from textual.widget import _Styled",
    "a module as such": "import rich._wrap",
    "within a function": "def f():\n    from httpx._models import Response",
    "of websockets": "from websockets.asyncio.client import _x",
    "an attribute": "def f(app):\n    app._driver.write('x')",
    "an attribute by name": "def f(app):\n    return getattr(app, '_driver', None)",
    "a method": "from textual.widget import Widget\nclass W(Widget):\n"
    "    def _set_dirty(self): ...",
    "a handler": "from textual.widget import Widget\nclass W(Widget):\n"
    "    async def _on_blur(self): ...",
    "an attribute of an instance": "from textual.app import App\nclass A(App[None]):\n"
    "    def on_mount(self):\n        self._driver = 1",
    "its own, from above": "from textual.app import App\nclass A(App[None]):\n"
    "    def on_mount(self):\n        self._driver.flush()",
    "a class in a function": "from textual.widget import Widget\ndef f():\n"
    "    class W(Widget):\n        def _set_dirty(self): ...",
    "a class in a class": "from textual.widget import Widget\nclass A:\n"
    "    class W(Widget):\n        _size = 1",
    "by way of a class of ours": "from tui.ui.widgets.value_widget import ValueWidget\n"
    "class W(ValueWidget[str]):\n    def _render_content(self): ...",
}
ALLOWED = {
    "what is public": "from textual.widget import Widget\nclass W(Widget):\n"
    "    def refresh(self): ...",
    "the standard library": "import os\ndef f():\n    os._exit(1)",
    "a name of ours": "from textual.widget import Widget\nclass W(Widget):\n    _ours = 1\n"
    "    def f(self, other):\n        return self._ours + other._ours",
    "a dunder": "def f(x):\n    return x.__class__.__name__",
}


def uses_in(source: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    module = ModuleType("sample")
    monkeypatch.setitem(sys.modules, "sample", module)
    tree = ast.parse(source)
    missing = [node for node in tree.body if list(private_imports(ast.Module([node], [])))]
    tree.body = [node for node in tree.body if node not in missing]  # some do not exist
    exec(compile(tree, "sample", "exec"), vars(module))  # noqa: S102
    return private_uses(source, module)


@pytest.mark.parametrize("source", FORBIDDEN.values(), ids=FORBIDDEN)
def test_it_finds(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(uses_in(source, monkeypatch)) == 1


@pytest.mark.parametrize("source", ALLOWED.values(), ids=ALLOWED)
def test_it_lets_pass(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert uses_in(source, monkeypatch) == []
