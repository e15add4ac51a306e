"""No home folder, no entry of the user, folders that are files: cancels go out all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="password entries")

LIMIT_S = 120
UNKNOWN = "no home folder is known; set HOME"
COVERED = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
Cancel = Callable[..., "subprocess.CompletedProcess[str]"]

NO_ENTRY = """
import pwd

def no_entry(who):
    raise KeyError(f"not found: {who}")

pwd.getpwuid = pwd.getpwnam = no_entry
"""
"""The system does not know the user, as in a container that runs under any number."""

KEYRING = """
import json, os
from keyring.backend import KeyringBackend

class InAFile(KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        with open(os.environ["TEST_KEYRING"]) as file:
            return json.load(file).get(username)
    set_password = delete_password = None
"""
"""Those of `keyrings.alt` want a home folder themselves."""


@pytest.fixture
def homeless(clean_env: dict[str, str], tmp_path: Path, simulator: Any) -> dict[str, str]:
    """The environment of a user of whom the system knows nothing."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(NO_ENTRY)
    (modules / "keyring_in_a_file.py").write_text(KEYRING)
    entries = tmp_path / "entries.json"
    entries.write_text(json.dumps({n: json.dumps(one) for n, one in simulator.accounts.items()}))
    kept = {k: v for k, v in clean_env.items() if not k.startswith(("HOME", "XDG_"))}
    return {
        **kept,
        "PYTHONPATH": str(modules),
        "PYTHON_KEYRING_BACKEND": "keyring_in_a_file.InAFile",
        "TEST_KEYRING": str(entries),
    }


@pytest.fixture
def config(tmp_path: Path, simulator: Any) -> str:
    path = tmp_path / "one.toml"
    told = f'[[accounts]]\nname = "bitget-uta"\nvenue = "bitget"\nrest_url = "{simulator.url}"\n'
    path.write_text(told)
    return str(path)


def killdesk(
    env: dict[str, str], *args: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *args],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def cancelled(simulator: Any) -> bool:
    return not any(simulator.open("bitget-uta", kind) for kind in COVERED)


def test_a_cancel_goes_out_and_the_fault_of_the_record_is_told(
    homeless: dict[str, str], config: str, simulator: Any
) -> None:
    done = killdesk(homeless, "cancel", "--all", "--yes", "--json", "--config", config)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "confirmed"
    assert UNKNOWN in done.stderr
    assert cancelled(simulator)


def test_a_check_and_the_places(homeless: dict[str, str], config: str, tmp_path: Path) -> None:
    checked = killdesk(homeless, "check", "--json", "--config", config)
    assert (checked.returncode, json.loads(checked.stdout)["ready"]) == (0, True)
    places = killdesk(homeless, "where")
    assert (places.returncode, places.stderr) == (0, "")
    assert UNKNOWN in places.stdout
    one = killdesk({**homeless, "XDG_STATE_HOME": str(tmp_path)}, "where", "--json")
    assert json.loads(one.stdout)["state"] == str(tmp_path / "killdesk")
    assert json.loads(one.stdout)["settings"] is None


def test_settings_that_are_nowhere_are_one_sentence(homeless: dict[str, str]) -> None:
    for command in (["accounts", "list"], ["cancel", "--all", "--yes"], ["check"]):
        done = killdesk(homeless, *command)
        assert done.returncode == 2
        assert done.stderr == f"killdesk: {UNKNOWN}, or name the settings file with --config FILE\n"


def test_nothing_is_kept_in_the_working_folder(
    homeless: dict[str, str], config: str, tmp_path: Path
) -> None:
    """`~` is the name of a folder, too."""
    here = tmp_path / "here"
    here.mkdir()
    done = killdesk(
        {**homeless, "PYTHONPATH": f"{homeless['PYTHONPATH']}:{Path.cwd()}"},
        *("cancel", "--all", "--yes", "--config", config),
        cwd=here,
    )
    assert done.returncode == 0, done.stderr
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    "odd",
    [
        {"HOME": "/dev/null"},
        {"HOME": "/proc/nobody"},
        {"HOME": "relative"},
        {"HOME": "/", "XDG_STATE_HOME": "/dev/full"},
        {"HOME": "/", "XDG_STATE_HOME": "/dev/null/state", "TMPDIR": "/nowhere"},
    ],
)
def test_folders_that_cannot_be(
    homeless: dict[str, str], config: str, simulator: Any, tmp_path: Path, odd: dict[str, str]
) -> None:
    env = {**homeless, **odd, "PYTHONPATH": f"{homeless['PYTHONPATH']}:{Path.cwd()}"}
    done = killdesk(env, "cancel", "--all", "--yes", "--config", config, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "confirmed" in done.stdout
    assert cancelled(simulator)


def test_a_working_folder_that_is_gone(
    clean_env: dict[str, str], configured: str, simulator: Any, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'cd "$1" && rmdir "$1" && exec "$0" -m tui cancel bitget-uta --yes --config "$2"'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, str(gone), configured],
        env={**clean_env, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bitget-uta orders: confirmed" in done.stdout


def test_the_dashboard_works_and_says_that_there_is_no_record(
    homeless: dict[str, str], config: str, simulator: Any
) -> None:
    desk = Terminal(
        [sys.executable, "-m", "tui", "--config", config], homeless, columns=160, rows=40
    )
    try:
        desk.wait_for("READY")
        desk.wait_for("no home folder is known")
        desk.press("c")
        desk.wait_for("AGAIN")
        desk.press("c")
        desk.wait_for(lambda text: "confirmed" in text.lower())
        assert cancelled(simulator)
        desk.press("q")
        assert desk.wait_end() == 0
    finally:
        desk.close()
