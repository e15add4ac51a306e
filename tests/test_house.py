"""Who may know whom, checked: by import contracts, and by what really gets loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
