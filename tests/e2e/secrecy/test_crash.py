"""Faults of our own with secrets in their variables and their words: nothing tells them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
LeftBehind = Callable[..., list[str]]

IN_THE_SERVICE = (
    "tui.service.account.context:AccountContext.sign",
    "tui.service.account.context:AccountContext.login",
    "tui.service.secrets.credentials:decode_fields",
    "tui.service.desk.live:LiveDesk._hire",
    "tui.service.desk.live:LiveDesk._draw",
    "tui.service.account.pool:WorkerPool.stop",
    "tui.service.account.worker:AccountWorker.view",
    "tui.service.network.frame_recorder:Recorder._clean_one",
    "tui.service.audit.writer:Audit._write_all",
    "tui.service.audit.writer:Audit.press",
    "tui.service.headless_cancel:cancel_accounts",
)
IN_A_DIALOG = (
    ("tui.ui.app.app:KilldeskApp.action_history", "h"),
    ("tui.ui.dashboard.screen:DeskScreen.action_readiness", "i"),
    ("tui.ui.frames.detail_screen:FrameScreen.compose", "\r"),
)
IN_THE_SCREEN = ("tui.ui.app.app:KilldeskApp.on_app_blur", "\x1b[O")


def crashed(tmp_path: Path) -> int:
    """How many faults of those that were ordered have happened so far."""
    return (tmp_path / "loud.log").read_text().count("loud WARNING crash with")


@pytest.mark.timeout(600)
def test_in_the_service_without_a_screen(
    killdesk: Killdesk,
    configured: str,
    clean_env: dict[str, str],
    left_behind: LeftBehind,
    tmp_path: Path,
) -> None:
    before, leaks = crashed(tmp_path), []
    for place in IN_THE_SERVICE:
        clean_env["LOUD_CRASH"] = place
        done = killdesk("cancel", "--all", "--yes", "--json", "--config", configured)
        leaks += [
            f"{place}: {leak}" for leak in left_behind(done.stdout.encode(), done.stderr.encode())
        ]
        now = crashed(tmp_path)
        assert now > before, f"{place}: it must have crashed"
        before = now
    assert not leaks, "\n".join(leaks)


def test_in_the_command_line(
    killdesk: Killdesk,
    simulator: Any,
    clean_env: dict[str, str],
    left_behind: LeftBehind,
    tmp_path: Path,
    home: Path,
) -> None:
    for place in (
        "tui.service.settings.accounts:store_account",
        "tui.service.secrets.credentials:write_entry",
    ):
        clean_env["LOUD_CRASH"] = place
        done = killdesk(
            *("accounts", "add", "okx-desk", "--venue", "okx"),
            *("--config", str(home / "config.toml"), "--rest-url", simulator.url),
            *("--ws-url", f"{simulator.ws_url}/ws/v5/business"),
            stdin=json.dumps(simulator.accounts["okx-desk"]),
        )
        assert done.returncode == 1
        assert "an unexpected RuntimeError stopped it" in done.stderr
        leaks = left_behind(done.stdout.encode(), done.stderr.encode())
        assert not leaks, "\n".join(leaks)
    assert crashed(tmp_path) == 2


@pytest.mark.timeout(600)
def test_in_the_screen_and_beside_it(
    terminal: Open,
    configured: str,
    clean_env: dict[str, str],
    left_behind: LeftBehind,
    tmp_path: Path,
) -> None:
    said: list[bytes] = []
    for place, keys in IN_A_DIALOG:
        desk = terminal("--config", configured, columns=200, rows=46, LOUD_CRASH=place)
        desk.wait_for("4 of 4 ready")
        desk.press(keys)
        desk.wait_for("RuntimeError")
        desk.press("q")
        assert desk.wait_end() == 0
        assert crashed(tmp_path) == len(said) + 1, f"{place}: it must have crashed"
        said.append(bytes(desk.received))
    place, keys = IN_THE_SCREEN
    desk = terminal("--config", configured, columns=200, rows=46, LOUD_CRASH=place)
    desk.wait_for("4 of 4 ready")
    desk.press(keys)
    assert desk.wait_end() == 70
    assert crashed(tmp_path) == len(said) + 1, f"{place}: it must have crashed"
    assert b"killdesk cancel --all" in desk.received
    assert b"Traceback" not in desk.received
    said.append(bytes(desk.received))
    for place in (
        "tui.service.account.context:AccountContext.login",
        "tui.service.account.pool:WorkerPool.stop",
        "tui.ui.app.bridge:Bridge._plan",
    ):
        desk = terminal("--config", configured, columns=200, rows=46, LOUD_CRASH=place)
        desk.wait_for("bitget-uta")
        desk.wait_for("as of")
        desk.press("q")
        desk.wait_end()
        said.append(bytes(desk.received))
    leaks = left_behind(*said)
    assert not leaks, "\n".join(leaks)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_interpreter_itself_may_crash_without_a_core_file(
    terminal: Open, configured: str, tmp_path: Path
) -> None:
    import resource

    soft, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    try:
        desk = terminal("--config", configured, columns=200, rows=46)
        desk.wait_for("4 of 4 ready")
        limits = Path(f"/proc/{desk.process.pid}/limits").read_text()
        allowed = next(line for line in limits.splitlines() if "core file size" in line)
        assert allowed.split()[4] == "0"
        desk.kill(signal.SIGSEGV)
        assert desk.wait_end() == -signal.SIGSEGV
        assert not list((tmp_path / "cwd").iterdir())
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, most))
