"""Who may know whom, checked: by import contracts, and by what really gets loaded."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tui.venues import VENUES

ROOT = Path(__file__).resolve().parent.parent
SCREEN = ("textual", "rich")
WIRE = ("h11", "httpcore", "httpx", "websockets", "keyring", "starlette", "uvicorn", "ccxt")
IO = ("asyncio", "socket", "ssl", "selectors")


def loaded_by(code: str) -> set[str]:
    """The top-level modules, and ours in full, that are loaded after running `code`."""
    ask = f"import sys\n{code}\nsys.stderr.write('|'.join(sys.modules))"
    # A tracer of coverage would load modules of its own.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    ran = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        env=alone,
        capture_output=True,
        text=True,
        check=True,
    )
    names = ran.stderr.splitlines()[-1].split("|")
    return {name if name.startswith("tui") else name.partition(".")[0] for name in names}


def modules_of(package: str) -> list[str]:
    """Every module of a layer, in its folders too, but those that run when they are loaded."""
    files = sorted((ROOT / "tui" / package).rglob("*.py"))
    places = [file.relative_to(ROOT).with_suffix("") for file in files]
    return [".".join(place.parts) for place in places if not place.stem.startswith("__")]


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("package", ["core", "venues"])
def test_meaning_is_decided_without_io(package: str) -> None:
    found = loaded_by(f"import {', '.join(modules_of(package))}")
    assert not found & {*IO, *WIRE, *SCREEN}
    assert not {name for name in found if name.startswith(("tui.service", "tui.ui"))}


def test_the_service_runs_without_a_screen() -> None:
    """Where there is none: httpx loads Rich for a command of its own, but only if it is there."""
    absent = f"sys.modules.update(dict.fromkeys({SCREEN!r}))"
    found = loaded_by(f"{absent}; import {', '.join(modules_of('service'))}")
    assert "httpx" in found
    assert not {name for name in found if name.startswith(("tui.ui", "tui.simulator"))}


def test_one_module_knows_httpx() -> None:
    """The import contracts hold the others off; here, that this one does what it is for."""
    client = "tui.service.network.http_client"
    assert {"httpx", "httpcore"} <= loaded_by(f"import {client}")
    others = ("tui.service.network.response_head", "tui.service.network.content_encoding")
    assert not loaded_by(f"import {', '.join(others)}") & set(WIRE)


def test_the_simulator_stands_apart() -> None:
    found = loaded_by(f"import {', '.join(modules_of('simulator'))}")
    ours = {name for name in found if name.startswith("tui.")}
    assert {name for name in ours if not name.startswith("tui.simulator")} == set()
    assert not found & set(SCREEN)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["simulate", "--help"], ["accounts", "--help"]]
)
def test_help_is_instant_because_it_loads_next_to_nothing(arguments: list[str]) -> None:
    found = loaded_by(f"from tui.cli.main import main; main({arguments!r})")
    assert not found & {*SCREEN, *WIRE, "asyncio", "tomlkit", "platformdirs"}
    assert {name for name in found if name.startswith("tui.")} <= {
        "tui.cli.parser",
        "tui.cli",
        "tui.cli.chosen",
        "tui.cli.main",
        "tui.cli.console",
        "tui.core",
        "tui.core.sanitize",
        "tui.cli.streams",
    }


def test_the_settings_load_no_wire() -> None:
    settings = ("settings.loader", "files.locations", "secrets.credentials")
    found = loaded_by(f"import {', '.join(f'tui.service.{one}' for one in settings)}")
    assert not found & {*SCREEN, *WIRE}


def test_the_screen_paints_before_any_wire_is_loaded() -> None:
    """httpx takes a tenth of a second: it is loaded behind a screen that stands."""
    found = loaded_by("import tui.ui.app.launch, tui.ui.app.welcome, tui.ui.dashboard.screen")
    assert "textual" in found
    assert not found & {*WIRE, "anyio"}


MOST_MODULES = 16
"""In one folder, besides its `__init__`: more than that is not seen at a glance."""
MOST_LINES = 400
LONGER = {"tui/core/deadman/machine.py": 451}
"""One state machine, whose rules are read against each other; it may not grow."""


def folders() -> list[Path]:
    return sorted({file.parent for file in (ROOT / "tui").rglob("*.py")})


def test_each_folder_is_seen_at_a_glance_and_says_what_lives_in_it() -> None:
    for folder in folders():
        modules = [file for file in folder.glob("*.py") if file.name != "__init__.py"]
        assert len(modules) <= MOST_MODULES, folder
        tree = ast.parse((folder / "__init__.py").read_text("utf-8"))
        assert ast.get_docstring(tree), folder


def test_no_module_is_too_long_to_be_read_in_one_go() -> None:
    for file in (ROOT / "tui").rglob("*.py"):
        name = file.relative_to(ROOT).as_posix()
        lines = len(file.read_text("utf-8").splitlines())
        assert lines <= LONGER.get(name, MOST_LINES), name


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports within functions and for type checks count too."""
    graph = grimp.build_graph("tui", cache_dir=None)
    needs = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    while leaves := {name for name, imported in needs.items() if not imported & needs.keys()}:
        needs = {name: imported for name, imported in needs.items() if name not in leaves}
    roots = set(needs)
    while tops := {name for name in roots if not any(name in needs[one] for one in roots)}:
        roots -= tops
    assert not roots, "these are in a circle, or between two"


A_VENUE = re.compile("|".join(VENUES), re.IGNORECASE)


def docstrings_of(tree: ast.Module) -> set[int]:
    """The strings that stand alone: examples in them say nothing to the program."""
    alone = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    return {id(value) for value in alone if isinstance(value, ast.Constant)}


def names_in(file: Path) -> list[str]:
    """Every identifier, imported name and string of a module, without docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    documented = docstrings_of(tree)
    found: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in documented:
                found.append(text)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                found.append(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.append(name)
            case ast.ClassDef(name=name) | ast.alias(name=name):
                found.append(name)
            case ast.keyword(arg=str(name)):
                found.append(name)
            case ast.ImportFrom(module=str(name)):
                found.append(name)
    return found


@pytest.mark.parametrize(
    "package", ["core", "service", "ui", "cli", "venues/base", "venues/common"]
)
def test_no_venue_is_named_outside_its_own_folder(package: str) -> None:
    for file in (ROOT / "tui" / package).rglob("*.py"):
        assert not [name for name in names_in(file) if A_VENUE.search(name)], file


def test_the_simulator_names_a_venue_only_in_its_folder_and_the_registry() -> None:
    for file in (ROOT / "tui/simulator").glob("*.py"):
        if file.name != "registry.py":
            assert not [name for name in names_in(file) if A_VENUE.search(name)], file
