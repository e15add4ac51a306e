"""A keyring that is slow, locked or hangs: it holds up its own account and no other."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
WAIT_S = 60.0
ALL = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")
SOCKETS = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}
ROOT = Path(__file__).resolve().parents[2]


class SlowKeyring:
    """The folder that tells the keyring of a test what to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hold(self, *names: str) -> None:
        for name in names:
            (self.folder / f"{name}.held").touch()

    def release(self, *names: str) -> None:
        for name in names:
            (self.folder / f"{name}.held").unlink()

    def lock(self, name: str) -> None:
        (self.folder / f"{name}.locked").touch()

    def unlock(self, name: str) -> None:
        (self.folder / f"{name}.locked").unlink()

    def asked(self, name: str) -> int:
        log = self.folder / "asked"
        return log.read_text().splitlines().count(name) if log.exists() else 0


def until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end_s, "it did not come to that"
        time.sleep(0.02)


@pytest.fixture
def keyring(
    tmp_path: Path, clean_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SlowKeyring]:
    folder = tmp_path / "keyring"
    folder.mkdir()
    clean_env["PYTHON_KEYRING_BACKEND"] = "tests.e2e.slow_keyring.Keyring"
    clean_env["PYTHONPATH"] = str(ROOT)
    clean_env["SLOW_KEYRING"] = str(folder)
    yield SlowKeyring(folder)
    for held in folder.glob("*.held"):
        held.unlink()


@pytest.fixture
def settings(simulator: Any, keyring: SlowKeyring, home: Path) -> Callable[..., Path]:
    """Writes a settings file: `settings(ours="okx-desk")`, an account by its name at the venue."""

    def write(**accounts: str) -> Path:
        lines = []
        for name, there in accounts.items():
            entry = simulator.accounts[there]
            (keyring.folder / f"{name}.json").write_text(json.dumps(entry))
            lines += ["[[accounts]]", f'name = "{name}"', f'venue = "{entry["venue"]}"']
            lines += [f'rest_url = "{simulator.url}"']
            if entry["venue"] in SOCKETS:
                lines += [f'ws_url = "{simulator.ws_url}{SOCKETS[entry["venue"]]}"']
        path = home / "config.toml"
        path.write_text("\n".join([*lines, ""]))
        return path

    return write


@pytest.fixture
def start(clean_env: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a command and leaves it running."""
    running: list[subprocess.Popen[str]] = []

    def begin(*args: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tui", *args]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, env=clean_env, stdout=pipe, stderr=pipe, text=True)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_twelve_entries_of_0_7_s_are_all_read(
    settings: Callable[..., Path], keyring: SlowKeyring, killdesk: Callable[..., Any]
) -> None:
    """Together they take longer than one account may."""
    path = settings(**{f"{name}-{number}": name for number in range(3) for name in ALL})
    (keyring.folder / "delay").write_text("0.7")
    done = killdesk("check", "--json", "--config", str(path))
    accounts = json.loads(done.stdout)["accounts"]
    credentials = {one["account"]: one["steps"][0]["detail"] for one in accounts}
    assert len(credentials) == 12
    assert set(credentials.values()) == {"found in the keyring"}


def test_a_first_answer_after_many_seconds_is_taken(
    terminal: Open, settings: Callable[..., Path], keyring: SlowKeyring, simulator: Any
) -> None:
    path = settings(**{name: name for name in ALL})
    keyring.hold("okx-desk")
    desk = terminal("--config", str(path), columns=160, rows=46)
    desk.wait_for("3 of 4 ready")
    desk.wait_for("keyring: no answer")
    desk.twice("X")
    desk.wait_for("denied")
    until(lambda: simulator.open("bitget-uta", "USDT-FUTURES") == 0)
    assert simulator.open("okx-desk") == 40, "nothing may wait for the keyring, to be sent later"
    desk.press("\x1b")
    keyring.release("okx-desk")
    desk.wait_for("4 of 4 ready")
    assert keyring.asked("okx-desk") == 1
    assert simulator.open("okx-desk") == 40
    desk.twice("X")
    until(lambda: simulator.open("okx-desk") == 0)


def test_r_asks_a_keyring_again_that_hangs(
    terminal: Open, settings: Callable[..., Path], keyring: SlowKeyring
) -> None:
    path = settings(**{"okx-desk": "okx-desk"})
    keyring.hold("okx-desk")
    desk = terminal("--config", str(path), columns=160, rows=46)
    desk.wait_for("keyring: no answer")
    assert keyring.asked("okx-desk") == 1
    desk.press("r")
    until(lambda: keyring.asked("okx-desk") == 2)
    desk.press("R")
    until(lambda: keyring.asked("okx-desk") == 3)
    keyring.release("okx-desk")
    desk.wait_for("1 of 1 ready")


def test_a_locked_keyring_is_asked_again_by_itself(
    terminal: Open, settings: Callable[..., Path], keyring: SlowKeyring
) -> None:
    path = settings(**{"okx-desk": "okx-desk", "bitget-uta": "bitget-uta"})
    keyring.lock("okx-desk")
    desk = terminal("--config", str(path), columns=160, rows=46)
    desk.wait_for("1 of 2 ready")
    desk.wait_for("the keyring is locked")
    keyring.unlock("okx-desk")
    desk.wait_for("2 of 2 ready")


def test_a_desk_ends_at_once_while_the_keyring_hangs(
    terminal: Open, settings: Callable[..., Path], keyring: SlowKeyring
) -> None:
    path = settings(**{name: name for name in ALL})
    keyring.hold("okx-desk")
    desk = terminal("--config", str(path), columns=160, rows=46)
    desk.wait_for("3 of 4 ready")
    desk.press("q")
    assert desk.wait_end() == 0
    said = desk.received.rpartition(b"\x1b[?1049l")[2].decode()
    assert "fault" not in said and "Task was destroyed" not in said, said


def test_new_settings_while_the_keyring_hangs_stop_no_account(
    terminal: Open, settings: Callable[..., Path], keyring: SlowKeyring, simulator: Any
) -> None:
    path = settings(**{name: name for name in ALL})
    desk = terminal("--config", str(path), columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    keyring.hold(*ALL)
    written = path.read_text()
    path.write_text(written.replace('venue = "okx"', 'venue = "okx"\nextra = ["rfqs"]'))
    desk.wait_for("R reload")
    desk.press("R")
    desk.wait_for("new settings wait")
    desk.wait_for("4 of 4 ready")
    desk.twice("X")
    until(lambda: simulator.open("okx-desk") == 0)
    until(lambda: simulator.open("htx-unified") == 0)
    desk.press("\x1b")
    keyring.release(*ALL)
    desk.wait_for(lambda text: "new settings wait" not in text and "RFQs" in text)
    desk.wait_for("4 of 4 ready")


def test_a_cancel_waits_for_the_entry_of_its_account_alone(
    start: Callable[..., subprocess.Popen[str]],
    settings: Callable[..., Path],
    keyring: SlowKeyring,
    simulator: Any,
) -> None:
    path = settings(**{name: name for name in ALL})
    keyring.hold("okx-desk")
    cancel = start("cancel", "--all", "--yes", "--json", "--config", str(path))
    for name in ("htx-legacy", "htx-unified"):
        until(lambda name=name: simulator.open(name) == 0)
    until(lambda: simulator.account("bitget-uta")["by_kind"]["USDT-FUTURES"] == 0)
    assert cancel.poll() is None
    assert simulator.open("okx-desk") == 40
    keyring.release("okx-desk")
    out, err = cancel.communicate(timeout=WAIT_S)
    assert cancel.returncode == 0, err
    assert {one["outcome"] for one in json.loads(out)["reports"]} == {"confirmed"}
    assert simulator.open("okx-desk") == 0


def test_a_check_waits_for_the_entry_while_somebody_types(
    start: Callable[..., subprocess.Popen[str]],
    settings: Callable[..., Path],
    keyring: SlowKeyring,
) -> None:
    path = settings(**{"okx-desk": "okx-desk", "bitget-uta": "bitget-uta"})
    keyring.hold("okx-desk")
    check = start("check", "--json", "--config", str(path))
    until(lambda: keyring.asked("okx-desk") == 1)
    with pytest.raises(subprocess.TimeoutExpired):
        check.wait(6)  # an answer used to be given up after 5 s
    keyring.release("okx-desk")
    out, err = check.communicate(timeout=WAIT_S)
    assert check.returncode == 0, out + err


def test_a_cancel_is_denied_where_the_keyring_is_locked(
    start: Callable[..., subprocess.Popen[str]],
    settings: Callable[..., Path],
    keyring: SlowKeyring,
) -> None:
    """Nobody is typing: a locked keyring has answered."""
    path = settings(**{"okx-desk": "okx-desk", "bitget-uta": "bitget-uta"})
    keyring.lock("okx-desk")
    cancel = start("cancel", "--all", "--yes", "--json", "--config", str(path))
    out, err = cancel.communicate(timeout=WAIT_S)
    reports = json.loads(out)["reports"]
    assert cancel.returncode == 1, err
    outcomes = {(one["account"], one["outcome"]) for one in reports}
    assert outcomes == {("okx-desk", "denied"), ("bitget-uta", "confirmed")}
    assert keyring.asked("okx-desk") == 1
