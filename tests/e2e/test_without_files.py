"""A running desk needs nothing from a disk: its files may be replaced or deleted under it."""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import textual

ROOT = Path(__file__).parents[2]
SITE = Path(textual.__file__).parents[1]
RUN = str(Path(__file__).parent / "meddling" / "run.py")
PACKAGES = (
    *("textual", "textual_plotext", "plotext", "rich", "pygments", "markdown_it", "mdurl"),
    *("httpx", "httpcore", "h11", "anyio", "idna", "click", "websockets", "certifi"),
    *("keyring", "keyrings", "jaraco", "more_itertools"),
    *("platformdirs", "filelock", "tomlkit"),
)
"""Of other people, where they are installed: what an upgrade may replace."""
DIALOGS = (
    ("v", "what happened"),
    ("i", "why ready or not"),
    ("o", "choose orders   htx-legacy"),
    ("w", "where: cancel only"),
    ("h", "alarms and outcomes"),
    ("e", "Remove  d   Settings"),
    (",", "screen grace"),
    ("d", "READY TO DRILL"),
    ("l", "set a PIN"),
    ("\x10", "what to do"),
    ("\r", "r raw"),
    ("?", "go to a panel"),
)
"""A key, and what then stands on the screen."""
Open = Callable[..., Any]
ESCAPE = "\x1b[27u"
"""By kitty's protocol: the plain byte may be the beginning of the next key."""


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the product and of what it stands on, which a test may spoil."""
    folder = tmp_path / "installed"
    shutil.copytree(ROOT / "tui", folder / "tui")
    for name in PACKAGES:
        shutil.copytree(SITE / name, folder / name)
    return folder


def replaced(folder: Path) -> None:
    """What an upgrade leaves, or half of one: other files under the same names."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()  # as installers do: what is mapped into memory stays
            path.write_bytes(b"\0 this is another version (\n")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("spoil", [replaced, shutil.rmtree], ids=["replaced", "deleted"])
def test_everything_works_when_the_files_are_gone(
    terminal: Open,
    configured: str,
    simulator: Any,
    home: Path,
    installed: Path,
    tmp_path: Path,
    spoil: Callable[[Path], None],
) -> None:
    log = tmp_path / "opened.log"
    desk = terminal(
        *("--config", configured), columns=160, rows=46, runner=(RUN,),
        PYTHONPATH=str(installed), MEDDLE_LOG=str(log),
    )  # fmt: skip
    desk.wait_for("4 of 4 ready")
    until(lambda: "loaded\n" in log.read_text())
    assert f"from {installed}/tui/__init__.py {installed}/textual/__init__.py" in log.read_text()
    spoil(installed)
    desk.kill(signal.SIGUSR1)
    until(lambda: "begun\n" in log.read_text())

    desk.press("X")
    desk.wait_for("AGAIN")
    desk.press("X")
    desk.wait_for("6 of 6 confirmed")
    assert [simulator.open(name) for name in ("htx-legacy", "htx-unified", "okx-desk")] == [0] * 3
    desk.press(ESCAPE)
    desk.wait_for(lambda text: "6 of 6 confirmed" not in text)
    for keys, said in DIALOGS:
        desk.press(keys)
        desk.wait_for(said)
        desk.press(ESCAPE)
        desk.wait_for(lambda text, said=said: said not in text)
    desk.press("z")
    desk.wait_for("esc all panels")
    desk.press("z")
    desk.wait_for(lambda text: "esc all panels" not in text)
    simulator.orders("okx-desk", "quote", 3)
    desk.wait_for(lambda text: "CANCEL 3 QUOTES" in text)
    desk.press("u")
    desk.wait_for("AGAIN")
    desk.press("u")
    desk.wait_for(lambda _: simulator.open("okx-desk", "quote") == 0)
    desk.press("a")
    desk.wait_for("ARMED")
    desk.press("q")
    desk.wait_for("Leave it to fire")
    desk.press("f")
    assert desk.wait_end() == 0
    assert re.findall(rb"fault of killdesk[^\x1b]*", desk.received) == []

    ours = str(home)  # settings, keyring, record: what the desk is meant to read and to write
    for line in log.read_text().partition("begun\n")[2].splitlines():
        what, _, which = line.partition(" ")
        assert what == "open" and which.startswith(ours), line
