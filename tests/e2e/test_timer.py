"""Bitget's timer from the keys of a real terminal to the simulator's clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
SHORT = "\n[accounts.deadman]\ncountdown_s = 5\nbeat_s = 1.5\n"


@pytest.fixture
def bitget_only(simulator: Any, killdesk: Callable[..., Any], home: Path) -> str:
    """Settings with the Bitget account alone, on a short countdown."""
    path = home / "bitget.toml"
    added = killdesk(
        *("accounts", "add", "bitget-uta", "--venue", "bitget"),
        *("--config", str(path), "--rest-url", simulator.url),
        stdin=json.dumps(simulator.accounts["bitget-uta"]),
    )
    assert added.returncode == 0, added.stderr
    path.write_text(path.read_text() + SHORT)
    return str(path)


def test_a_killed_dashboard_beats_no_more_and_the_venue_cancels(
    terminal: Open, simulator: Any, bitget_only: str
) -> None:
    desk = terminal("--config", bitget_only)
    desk.wait_for("1 of 1 ready")
    desk.press("a")
    desk.wait_for("ARMED")
    assert simulator.timer("bitget-uta", "bitget")["armed"]
    assert simulator.open("bitget-uta") > 0
    desk.kill()
    killed = time.monotonic()
    while simulator.open("bitget-uta") > 0:
        assert time.monotonic() - killed < 30, simulator.timer("bitget-uta", "bitget")
        time.sleep(0.05)
    print(f"every order gone {time.monotonic() - killed:.1f} s after kill -9, countdown 5 s")
    assert simulator.timer("bitget-uta", "bitget")["fired"]


def test_the_dashboard_refreshes_the_timer_by_itself(
    terminal: Open, simulator: Any, bitget_only: str
) -> None:
    desk = terminal("--config", bitget_only)
    desk.wait_for("1 of 1 ready")
    desk.press("a")
    desk.wait_for("ARMED")
    until = time.monotonic() + 12
    while time.monotonic() < until:
        timer = simulator.timer("bitget-uta", "bitget")
        assert timer["armed"], timer
        assert not timer["fired"], timer
        time.sleep(0.1)
    assert "ARMED" in desk.text
    desk.press("a")
    desk.press("a")
    desk.wait_for("OFF")
    assert not simulator.timer("bitget-uta", "bitget")["armed"]
    assert simulator.open("bitget-uta") > 0
