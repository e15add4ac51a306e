"""Faults of our own with secrets in their variables and in their words: none is shown or written."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
LeftBehind = Callable[..., list[str]]

IN_THE_SERVICE = [
    "tui.service.access:Access.sign",
    "tui.service.access:Access.login",
    "tui.service.credentials:decode_fields",
    "tui.service.live_desk:LiveDesk._hire",
    "tui.service.live_desk:LiveDesk._draw",
    "tui.service.publisher:Publisher.changed",
    "tui.service.workers:Workers.stop",
    "tui.service.worker:AccountWorker.view",
    "tui.service.recorder:Recorder._clean_one",
    "tui.service.audit:Audit._write_all",
    "tui.service.audit:Audit.press",
]
IN_THE_SCREEN = [
    ("tui.ui.app:KilldeskApp.action_history", "h"),
    ("tui.ui.desk_screen:DeskScreen.action_readiness", "i"),
    ("tui.ui.account_form:AccountForm._wanted", "e|a"),
    ("tui.ui.frame_copy:copy_frame", "y"),
]


def crashed(tmp_path: Path) -> str:
    """What the loud log tells of the crash that was ordered."""
    log = (tmp_path / "loud.log").read_text()
    assert "loud WARNING crash with" in log, "it must have crashed"
    return log


@pytest.mark.parametrize("place", IN_THE_SERVICE)
def test_in_the_service_without_a_screen(
    killdesk: Killdesk,
    configured: str,
    clean_env: dict[str, str],
    left_behind: LeftBehind,
    tmp_path: Path,
    place: str,
) -> None:
    clean_env["LOUD_CRASH"] = place
    done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
    crashed(tmp_path)
    leaks = left_behind(done.stdout.encode(), done.stderr.encode())
    assert not leaks, "\n".join(leaks)
