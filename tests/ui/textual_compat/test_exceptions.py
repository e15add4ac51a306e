"""Each exception has a report that can be filed, and a test that says when it is not needed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REPORTS = ROOT / ".github/upstream"
MODULES = [
    path
    for path in sorted((ROOT / "tui/ui/textual_compat").glob("*.py"))
    if path.name != "__init__.py"
]
HEADINGS = ["What happens", "Smallest program", "Versions", "What we do meanwhile"]


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""


def reports_of(path: Path) -> list[str]:
    found = r"^Report: `\.github/upstream/([\w-]+\.md)`\.$"
    return re.findall(found, docstring(path), re.MULTILINE)


def proofs_of(path: Path) -> list[tuple[str, str]]:
    """The tests that pass as long as Textual needs it, by file and name."""
    _, _, proofs = docstring(path).partition("Needed while ")
    files = re.findall(r"`(test_\w+\.py)`", proofs)
    return [(file, name) for file in files for name in re.findall(r"`(test_textual_\w+)`", proofs)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_an_exception_names_its_report_and_the_test_of_its_need(path: Path) -> None:
    (report,) = reports_of(path)
    assert (REPORTS / report).is_file()
    proofs = proofs_of(path)
    assert proofs, "no test says when it is no longer needed"
    for file, name in proofs:
        tree = ast.parse(Path(__file__).with_name(file).read_text("utf-8"))
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        assert name in {node.name for node in tree.body if isinstance(node, functions)}


def test_every_report_belongs_to_an_exception() -> None:
    named = {report for path in MODULES for report in reports_of(path)}
    assert named == {path.name for path in REPORTS.iterdir()}


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.md")), ids=lambda path: path.stem)
def test_a_report_is_ready_to_be_filed(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    programs = re.findall(r"^```python\n(.+?)^```$", text, re.MULTILINE | re.DOTALL)
    assert programs
    for program in programs:
        compile(program, path.name, "exec")
    assert re.search(r"Textual \d+\.\d+\.\d+", text)
