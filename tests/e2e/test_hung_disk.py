"""A disk that answers nothing any more: the screen goes on, and the end of it is not held up."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]

HANGS = """
import os, threading

def fsync(descriptor):
    if "record" not in threading.current_thread().name:
        os.close(os.open(os.environ["HUNG"], os.O_WRONLY | os.O_CREAT, 0o600))
    threading.Event().wait()

os.fsync = fsync
"""
"""Whatever is to be on the disk for certain waits for ever; all but the record leaves a mark."""
MENU, SAVE_FRAMES = "\x10", "\x13"


@pytest.fixture
def hung(tmp_path: Path) -> Path:
    """The mark that something waits; beside it the module that makes it wait."""
    (tmp_path / "sitecustomize.py").write_text(HANGS)
    return tmp_path / "hung"


@pytest.mark.parametrize("what", ["Save a picture of the screen", "Choose the colours", "frames"])
def test_what_waits_for_the_disk_holds_up_no_exit(
    terminal: Open, configured: str, simulator: Any, hung: Path, what: str
) -> None:
    where = {"PYTHONPATH": str(hung.parent), "HUNG": str(hung)}
    desk = terminal("--config", configured, columns=160, rows=46, **where)
    desk.wait_for("4 of 4 ready")
    assert not hung.exists()
    stored = {"frames": "the saved frames", "Choose the colours": "the theme"}
    if what == "frames":
        desk.press(SAVE_FRAMES)
    else:
        desk.press(MENU)
        desk.wait_for("Help")
        desk.press(what)
        desk.wait_for(re.compile(rf"{what}\s*\n").search)
        desk.press("\r")
        if what.startswith("Choose"):
            desk.wait_for("killdesk-contrast")
            desk.press("killdesk-contrast")
            desk.wait_for(lambda text: "tokyo-night" not in text)
            desk.press("\r")
    desk.wait_for(lambda _: hung.exists())
    desk.press("3")
    desk.twice("s")
    desk.wait_for("confirmed")
    desk.press("q")
    assert desk.wait_end() == 0
    said = f"Not stored: {stored.get(what, 'the picture')}; the disk or the keyring did not answer."
    assert said in desk.text
