"""Whatever killdesk writes is for the user alone, and no link leads it to another file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
SAVE = "\x13"
STYLE = re.compile(r"\x1b\[[0-9;?<>=]*[ -/]*[A-Za-z]")


@pytest.fixture
def careless() -> Iterator[None]:
    """Files are for everybody, unless their maker says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def timer_digest(simulator: Any) -> str:
    """In the name of the lock on Bitget's timer."""
    key = simulator.accounts["bitget-uta"]["api_key"]
    return hashlib.sha256(f"bitget\0{key}".encode()).hexdigest()[:32]


def state_of(home: Path) -> Path:
    return home / ".local/state/killdesk"


def choose(desk: Any, command: str) -> None:
    """Takes a command of the palette."""
    desk.press("\x10")
    desk.wait_for("what to do")
    desk.press(command)
    desk.wait_for(command)
    desk.press("\r")


def write_everything(terminal: Open, killdesk: Killdesk, config: str, state: Path) -> str:
    """A session that leaves behind each kind of file there is; all that the screen was sent."""
    done = killdesk("drill", "--orders", "2", "--config", config)
    assert done.returncode == 0, done.stderr
    desk = terminal("--config", config, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.press_by_hand(*"4a")
    desk.wait_for("ARMED")
    desk.press(SAVE)
    desk.wait_for("saved in")
    choose(desk, "Save a picture")
    desk.wait_for("Saved as")
    choose(desk, "Choose the col")
    desk.wait_for("light")
    desk.press("light\r")
    until((state / "screen.json").is_file)
    desk.press("3")
    desk.twice("s")
    desk.wait_for("confirmed")
    desk.press_by_hand(*"4aa")
    desk.wait_for("OFF")
    desk.press("q")
    assert desk.wait_end() == 0
    return STYLE.sub("", desk.received.decode(errors="replace"))


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.usefixtures("careless")
def test_every_file_and_folder_is_private_whatever_the_umask(
    terminal: Open, killdesk: Killdesk, configured: str, home: Path
) -> None:
    config, state = home / ".config/killdesk/config.toml", state_of(home)
    keys = json.dumps({"api_key": "a", "secret_key": "b"})
    added = killdesk("accounts", "add", "x", "--venue", "htx", stdin=keys)
    assert added.returncode == 0, added.stderr
    write_everything(terminal, killdesk, configured, state)
    kinds = {path.relative_to(state).parts[0] for path in state.rglob("*") if path.is_file()}
    assert kinds == {
        *("audit", "drills.jsonl", "frames", "locks", "pictures", "record-heads", "screen.json")
    }
    ours = [state, *state.rglob("*"), config, config.parent, Path(configured)]
    wide = {
        str(path): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in ours
        if stat.S_IMODE(path.lstat().st_mode) != (0o700 if path.is_dir() else 0o600)
    }
    assert wide == {}


def test_no_planted_link_is_written_through(
    terminal: Open, killdesk: Killdesk, configured: str, home: Path, simulator: Any
) -> None:
    """Refused and said so, or replaced by a file of our own; and the desk does its work."""
    state, victim = state_of(home), home / "victim"
    victim.write_text("mine")
    victim.chmod(0o644)
    (home / "elsewhere").mkdir()
    digest = timer_digest(simulator)
    today = datetime.now(UTC).date()
    replaced = {state / "drills.jsonl", state / "screen.json"}
    refused = {
        state / "locks" / f"timer-{digest}.lock",
        *(state / "audit" / f"{today + timedelta(days)}.jsonl" for days in range(2)),
    }
    for link in replaced | refused:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(victim)
    (state / "frames").symlink_to(home / "elsewhere")

    done = killdesk("drill", "--orders", "2", "--config", configured)
    assert done.returncode == 0, done.stderr
    desk = terminal("--config", configured, columns=200, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.wait_for("the record of this session is broken")
    desk.wait_for("is a symbolic link; take it away; cancels go on")
    desk.press_by_hand(*"4a")
    desk.wait_for("ARMED")
    desk.press(SAVE)
    desk.wait_for(lambda text: text.count("symbolic") == 2)  # the record's, and the frames'
    choose(desk, "Choose the col")
    desk.wait_for("light")
    desk.press("light\r")
    until(lambda: not (state / "screen.json").is_symlink())
    desk.press("3")
    desk.twice("s")
    desk.wait_for(lambda _: simulator.open("okx-desk", "spread") == 0)
    desk.wait_for("confirmed")
    assert "the record of this session is broken" in desk.text
    desk.press_by_hand(*"4aa")
    desk.wait_for("OFF")
    desk.press("q")
    assert desk.wait_end() == 0
    assert victim.read_text() == "mine"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644
    assert not list((home / "elsewhere").iterdir())
    assert not [path for path in replaced if path.is_symlink()]
    assert [path for path in refused if not path.is_symlink()] == []


@pytest.mark.parametrize("target", ["audit", "writer", "lock", "drills.jsonl", "screen.json"])
def test_a_planted_pipe_holds_up_nothing(
    terminal: Open, configured: str, home: Path, simulator: Any, target: str
) -> None:
    """Whoever opens a pipe waits for somebody at its other end, and nobody is there."""
    state = state_of(home)
    today = datetime.now(UTC).date()
    digest = timer_digest(simulator)
    pipes = {
        "audit": [state / "audit" / f"{today + timedelta(days)}.jsonl" for days in range(2)],
        "writer": [state / "audit" / "writer-1.lock"],
        "lock": [state / "locks" / f"timer-{digest}.lock"],
    }.get(target, [state / target])
    for pipe in pipes:
        pipe.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(pipe)
    desk = terminal("--config", configured, columns=200, rows=46)
    desk.wait_for("4 of 4 ready")
    if target in ("audit", "writer"):
        desk.wait_for("is not a regular file; take it away; cancels go on")
    desk.press_by_hand(*"4a")
    desk.wait_for("ARMED")
    desk.press("3")
    desk.twice("s")
    desk.wait_for(lambda _: simulator.open("okx-desk", "spread") == 0)
    desk.wait_for("confirmed")
    desk.press_by_hand(*"4aa")
    desk.wait_for("OFF")
    desk.press("q")
    assert desk.wait_end() == 0
    assert all(stat.S_ISFIFO(pipe.lstat().st_mode) for pipe in pipes)


def test_the_settings_may_be_a_link(
    killdesk: Killdesk, configured: str, home: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(configured)
    removed = killdesk("accounts", "remove", "okx-desk", "--yes", "--config", str(link))
    assert removed.returncode == 0, removed.stderr
    assert link.is_symlink()
    assert "okx-desk" not in Path(configured).read_text()
    round_about = tmp_path / "round"
    round_about.symlink_to(round_about)
    keys = json.dumps({"api_key": "a", "secret_key": "b"})
    told = killdesk("accounts", "add", "x", "--venue", "htx", "--config", str(round_about),
                    stdin=keys)  # fmt: skip
    assert told.returncode == 2
    assert "Too many levels of symbolic links" in told.stderr
