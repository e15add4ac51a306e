"""What the documents name is there, and the code that they show is the code that runs."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from tests import settings_reference
from tui.service.settings.loader import parse_settings

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = {
    path.name: path for path in (ROOT / "README.md", *sorted((ROOT / ".github").glob("*.md")))
}
A_PATH = re.compile(r"(?<![\w/.-])((?:tui|tests|screenshots|\.ci|\.github)/[\w./-]*\w/?)(::\w+)?")
A_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
A_BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
A_TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = "CONTRIBUTING.md"


def text_of(name: str) -> str:
    return DOCUMENTS[name].read_text(encoding="utf-8")


@cache
def functions_of(path: Path) -> frozenset[str]:
    """The functions of a module: parsed, so that no document makes a test module run."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, defined))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_and_every_test_that_is_named_is_there(name: str) -> None:
    named = A_PATH.findall(text_of(name))
    assert named, "the pattern finds nothing"
    gone = [path for path, _ in named if not (ROOT / path).exists()]
    gone += [
        path + test
        for path, test in named
        if test and test.removeprefix("::") not in functions_of(ROOT / path)
    ]
    assert gone == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    folder = DOCUMENTS[name].parent
    assert [link for link in A_LINK.findall(text_of(name)) if not (folder / link).exists()] == []


@pytest.mark.parametrize(
    ("path", "block"), [(path, block) for _, path, block in A_BLOCK.findall(text_of(EXAMPLE))]
)
def test_the_code_of_the_worked_example_is_the_code_of_the_file(path: str, block: str) -> None:
    assert block.strip()
    # As written: neither a line nor an indentation may differ.
    assert f"\n{block}" in (ROOT / path).read_text(encoding="utf-8"), dedent(block)


def test_every_step_of_the_worked_example_has_code_of_its_own() -> None:
    shown = {path for _, path, _ in A_BLOCK.findall(text_of(EXAMPLE))}
    parts = {"tui/venues", "tui/simulator", "tests/venues", "tests/service"}
    assert {"/".join(path.split("/")[:2]) for path in shown} == parts


@pytest.mark.parametrize("name", ["README.md", EXAMPLE])
def test_the_settings_that_are_shown_are_accepted_as_they_stand(name: str) -> None:
    blocks = A_TOML.findall(text_of(name))
    assert blocks
    for block in blocks:
        assert parse_settings(block.encode(), Path("config.toml")).accounts


def test_the_readme_has_every_setting_as_the_schema_has_it() -> None:
    shown = settings_reference.shown_in(text_of("README.md"))
    assert shown == settings_reference.table(), "write it: python -m tests.settings_reference"


def test_the_test_command_is_the_same_everywhere() -> None:
    command = re.compile(r"^python3 -m venv .*pytest.*$", re.MULTILINE)
    (readme,) = command.findall(text_of("README.md"))
    assert command.findall(text_of(EXAMPLE)) == [readme]


def test_every_protection_names_the_test_that_shows_it() -> None:
    protected = text_of("SECURITY.md").partition("## What is protected")[2].partition("## ")[0]
    rows = [line for line in protected.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 10
    assert [row for row in rows if "`tests/" not in row.split("|")[-2]] == []


A_STEP = re.compile(r"^\| `(tui/[a-z_/]+\.py)` \| `([A-Za-z_.]+)` \|", re.MULTILINE)


def names_of(tree: ast.Module) -> set[str]:
    """What a module defines: functions, classes, and `Class.method`."""
    found = set()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in tree.body:
        if isinstance(node, (*functions, ast.ClassDef)):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (one for one in node.body if isinstance(one, functions))
            found |= {f"{node.name}.{one.name}" for one in methods}
    return found


def test_each_step_of_the_architecture_names_code_that_exists() -> None:
    text = text_of("ARCHITECTURE.md")
    steps = A_STEP.findall(text)
    rows = [line for line in text.splitlines() if line.startswith("| `tui/") and ".py`" in line]
    assert len(steps) == len(rows) > 30, "a row that the pattern does not read"
    gone = [
        (path, name)
        for path, name in steps
        if name not in names_of(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    ]
    assert gone == []
