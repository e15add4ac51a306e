"""Every way out of the program says, once the screen is gone, what rests where."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
Settings = Callable[..., str]
STRATEGY = 6
"""Orders of the simulated Bitget account that no button reaches."""
COVERED = {"SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "isolated", "cross"}
AT = r"as of \d\d:\d\d:\d\d UTC"


@pytest.fixture
def two_accounts(venue: Any, bitget_desk: Settings, killdesk: Callable[..., Any]) -> str:
    """Settings with a Bitget account, which has a timer, and an HTX account, which has none."""
    path = Path(bitget_desk())
    added = killdesk(
        *("accounts", "add", "htx-legacy", "--venue", "htx", "--config", str(path)),
        *("--rest-url", venue.url, "--ws-url", f"{venue.ws_url}/linear-swap-trade"),
        stdin=json.dumps(venue.accounts["htx-legacy"]),
    )
    assert added.returncode == 0, added.stderr
    assert venue.account("bitget-uta")["by_kind"]["strategy"] == STRATEGY
    return str(path)


def opened(terminal: Open, settings: str) -> Any:
    """A dashboard that has read every order of both accounts."""
    desk = terminal("--config", settings)
    desk.wait_for("2 of 2 ready")
    desk.wait_for(f"not covered: {STRATEGY}")
    return desk


def last_lines(desk: Any) -> str:
    """What the terminal got after the screen was gone."""
    return desk.received.decode(errors="replace").rpartition("\x1b[?1049l")[2]


def covered_open(venue: Any, account: str) -> int:
    by_kind = venue.account(account)["by_kind"]
    return sum(count for kind, count in by_kind.items() if kind in COVERED)


def assert_rests(desk: Any, venue: Any) -> None:
    """Each account has a line of its own with the numbers of the venue itself."""
    said = last_lines(desk)
    htx, bitget = covered_open(venue, "htx-legacy"), covered_open(venue, "bitget-uta")
    assert re.search(rf"htx-legacy: {htx} open\b.*{AT}", said), said
    rest = rf"not covered: {STRATEGY} strategy, {AT}\."
    assert re.search(rf"bitget-uta: {bitget} open\b.*{AT}; {rest}", said), said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("q", 0),
        ("\x03", 0),
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
    ],
    ids=["q", "ctrl+c", "SIGINT", "SIGTERM", "SIGHUP"],
)
def test_without_a_timer_it_ends_and_says_what_rests_where(
    terminal: Open, venue: Any, two_accounts: str, way: str | signal.Signals, code: int
) -> None:
    desk = opened(terminal, two_accounts)
    if isinstance(way, str):
        desk.press(way)
    else:
        desk.kill(way)
    assert desk.wait_end() == code
    assert_rests(desk, venue)
    assert "dead-man timer" not in last_lines(desk)
    assert covered_open(venue, "htx-legacy") > 0, "nothing was cancelled"


def armed(terminal: Open, settings: str) -> Any:
    desk = opened(terminal, settings)
    desk.press("a")
    desk.wait_for("ARMED")
    return desk


@pytest.mark.parametrize("way", ["dialog", signal.SIGTERM], ids=["dialog", "SIGTERM"])
def test_left_to_fire_it_says_what_rests_and_when_the_venue_cancels(
    terminal: Open, venue: Any, two_accounts: str, way: str | signal.Signals
) -> None:
    desk = armed(terminal, two_accounts)
    if isinstance(way, str):
        desk.press("q")
        desk.wait_for("Leave it to fire")
        desk.press("f")
    else:
        desk.kill(way)
    assert desk.wait_end() == (0 if isinstance(way, str) else 128 + way)
    said = last_lines(desk)
    rests = rf"bitget-uta: \d+ open\b.*not covered: {STRATEGY} strategy"
    fires = r"bitget-uta: the dead-man timer was left running; .* by \d\d:\d\d:\d\d UTC"
    assert re.search(rests, said), said
    assert re.search(fires, said), said


def test_disarmed_it_says_what_rests_and_names_no_timer(
    terminal: Open, venue: Any, two_accounts: str
) -> None:
    desk = armed(terminal, two_accounts)
    desk.press("q")
    desk.wait_for("Disarm and quit")
    desk.twice("d")
    assert desk.wait_end() == 0
    assert not venue.timer("bitget-uta", "bitget")["armed"]
    assert_rests(desk, venue)
    assert "dead-man timer" not in last_lines(desk)


def test_cancel_all_cancels_every_account_waits_disarms_and_says_what_is_left(
    terminal: Open, venue: Any, two_accounts: str
) -> None:
    desk = armed(terminal, two_accounts)
    before = covered_open(venue, "htx-legacy"), covered_open(venue, "bitget-uta")
    assert all(before), before
    desk.press("q")
    desk.wait_for("Cancel all accounts, disarm")
    desk.press("e")
    desk.wait_for("AGAIN: ALL accounts")
    assert (covered_open(venue, "htx-legacy"), covered_open(venue, "bitget-uta")) == before
    desk.press("e")
    assert desk.wait_end() == 0
    assert covered_open(venue, "htx-legacy") == covered_open(venue, "bitget-uta") == 0
    assert venue.account("bitget-uta")["by_kind"]["strategy"] == STRATEGY
    assert not venue.timer("bitget-uta", "bitget")["armed"]
    assert_rests(desk, venue)
    assert "dead-man timer" not in last_lines(desk)


def test_a_disarm_that_gets_no_answer_takes_no_last_line_away(
    terminal: Open, venue: Any, bitget_desk: Settings
) -> None:
    """It takes longer than a terminal that does not read is given."""
    desk = terminal("--config", bitget_desk("disarm"))
    desk.wait_for("1 of 1 ready")
    desk.press("a")
    desk.wait_for("ARMED")
    path = "/api/v3/trade/countdown-cancel-all"
    venue.faults("bitget-uta", "delay", 50, path=path, delay_ms=60_000)
    desk.kill(signal.SIGTERM)
    assert desk.wait_end() == 128 + signal.SIGTERM
    said = last_lines(desk)
    assert re.search(r"bitget-uta: \d+ open\b", said), said
    assert "bitget-uta: the dead-man timer" in said
    assert "record: " in said, "the very last line"
