"""Bitget's timer from the keys of a real terminal to the simulator's clock, in another process."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

Open = Callable[..., Any]
Settings = Callable[..., str]
COUNTDOWN_S, BEAT_S = 5.0, 1.5
WAIT_S = 90.0
LEFT_RUNNING = re.compile(
    r"bitget-uta: the dead-man timer was left running; Bitget cancels what it covers"
    r" by (\d\d:\d\d:\d\d) UTC\."
)


def timer_of(venue: Any) -> dict[str, Any]:
    timer: dict[str, Any] = venue.timer("bitget-uta", "bitget")
    return timer


def until(holds: Callable[[], object], what: str, at_most_s: float = WAIT_S) -> None:
    """Waits for it."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < at_most_s, f"{what}: not within {at_most_s:g} s"
        time.sleep(0.02)


def just_refreshed(
    venue: Any, at_most_s: float = WAIT_S, least_ms: float = COUNTDOWN_S * 1000
) -> None:
    """Returns right after the venue has taken a beat; the timer never lapses meanwhile.

    A beat shows by more time left than the `least_ms` before it.
    """

    def refreshed() -> bool:
        nonlocal least_ms
        timer = timer_of(venue)
        assert timer["armed"], timer
        assert not timer["fired"], timer
        came = timer["expires_in_ms"] > least_ms
        least_ms = timer["expires_in_ms"]
        return came

    until(refreshed, "a beat", at_most_s)


def armed_desk(terminal: Open, venue: Any, settings: str, **more: Any) -> Any:
    """A dashboard whose timer has just been refreshed by a beat of its own."""
    desk = terminal("--config", settings, **more)
    desk.wait_for("1 of 1 ready")
    desk.press("a")
    desk.wait_for("ARMED")
    assert timer_of(venue)["armed"]
    assert venue.open("bitget-uta") > 0
    just_refreshed(venue)
    return desk


def runs_out(venue: Any) -> datetime:
    """The venue's timer is refreshed no more, fires and takes every order; when, in UTC."""
    left_ms = COUNTDOWN_S * 1000
    begun = time.monotonic()
    while not (timer := timer_of(venue))["fired"]:
        assert timer["armed"], timer
        assert timer["expires_in_ms"] <= left_ms, "a beat came after the end"
        left_ms = timer["expires_in_ms"]
        assert time.monotonic() - begun < WAIT_S, timer
        time.sleep(0.02)
    at = datetime.now(UTC)
    assert not timer["armed"], timer
    assert venue.open("bitget-uta") == 0
    return at


def said_by(desk: Any, now: datetime) -> datetime:
    """The time in the last line that the program printed."""
    found = LEFT_RUNNING.findall(desk.received.decode(errors="replace"))
    assert len(found) == 1, bytes(desk.received[-400:])
    hour, minute, second = map(int, found[0].split(":"))
    at = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
    return at + timedelta(days=1) if at < now - timedelta(hours=12) else at


def test_a_killed_dashboard_beats_no_more_and_the_venue_cancels(
    terminal: Open, venue: Any, bitget_desk: Settings
) -> None:
    desk = armed_desk(terminal, venue, bitget_desk())
    desk.kill()
    assert desk.wait_end() == -signal.SIGKILL
    runs_out(venue)


def test_after_a_kill_the_next_start_says_what_may_fire_until_when_and_then_that_it_has(
    terminal: Open, venue: Any, bitget_desk: Settings
) -> None:
    settings = bitget_desk()
    desk = armed_desk(terminal, venue, settings)
    desk.kill()
    assert desk.wait_end() == -signal.SIGKILL
    second = terminal("--config", settings)
    second.wait_for("1 of 1 ready")
    second.wait_for("may fire between")
    assert "not protected" not in second.text, second.text
    runs_out(venue)
    second.wait_for(lambda text: "fired between" in text and "AMBIGUOUS" in text)
    assert "not protected" not in second.text, second.text
    assert not timer_of(venue)["armed"], "nothing is armed by itself"
    second.press("a")
    second.wait_for("ARMED")
    assert timer_of(venue)["armed"]


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_the_timer_to_fire_and_says_when(
    terminal: Open, venue: Any, bitget_desk: Settings, sig: int
) -> None:
    desk = armed_desk(terminal, venue, bitget_desk())
    desk.kill(sig)
    assert desk.wait_end() == 128 + sig
    fired_at = runs_out(venue)
    said = said_by(desk, fired_at)
    # The line gives whole seconds, the second that has begun.
    assert fired_at < said + timedelta(seconds=1), "the line must say when at the latest"
    assert said - fired_at < timedelta(seconds=COUNTDOWN_S), "and not long after"
    assert b"Traceback" not in desk.received


@pytest.mark.parametrize("controlling", [True, False])
def test_with_its_terminal_closed_it_ends_and_the_timer_fires(
    terminal: Open, venue: Any, bitget_desk: Settings, controlling: bool
) -> None:
    """A session's own terminal ends with a SIGHUP; another one has to be missed."""
    desk = armed_desk(terminal, venue, bitget_desk(), controlling=controlling)
    desk.hang_up()
    assert desk.wait_end() == 128 + signal.SIGHUP
    runs_out(venue)


def test_told_to_end_with_on_quit_disarm_the_timer_is_off_and_the_orders_stay(
    terminal: Open, venue: Any, bitget_desk: Settings
) -> None:
    desk = armed_desk(terminal, venue, bitget_desk("disarm"))
    before = venue.account("bitget-uta")["by_kind"]
    desk.kill(signal.SIGTERM)
    assert desk.wait_end() == 128 + signal.SIGTERM
    assert timer_of(venue) == {"armed": False, "expires_in_ms": None, "fired": False}
    assert venue.account("bitget-uta")["by_kind"] == before
    assert b"dead-man timer" not in desk.received.rpartition(b"\x1b[?1049l")[2]


def test_stopped_for_longer_than_the_countdown_it_says_fired_and_never_beats_again(
    terminal: Open, venue: Any, bitget_desk: Settings
) -> None:
    desk = armed_desk(terminal, venue, bitget_desk())
    desk.kill(signal.SIGSTOP)
    runs_out(venue)
    venue.orders("bitget-uta", "USDT-FUTURES", 3)
    desk.kill(signal.SIGCONT)
    # One picture arrives in pieces: its header may be here before its gauge.
    desk.wait_for(lambda text: ("AMBIGUOUS" in text or "FIRED" in text) and "ARMED" not in text)
    begun = time.monotonic()
    while time.monotonic() - begun < 3 * BEAT_S or "FIRED" not in desk.text:
        assert not timer_of(venue)["armed"], "only the trader arms it again"
        assert "ARMED" not in desk.text, desk.text
        assert time.monotonic() - begun < WAIT_S, desk.text
        time.sleep(0.02)
    assert venue.open("bitget-uta") == 3, "what was placed since is not protected, nor taken"
    desk.press("a")
    desk.wait_for("ARMED")
    assert timer_of(venue)["armed"]


def test_stopped_for_less_than_the_countdown_it_beats_at_once_and_nothing_lapses(
    terminal: Open, venue: Any, bitget_desk: Settings
) -> None:
    desk = armed_desk(terminal, venue, bitget_desk())
    before = venue.account("bitget-uta")["by_kind"]
    desk.kill(signal.SIGSTOP)
    time.sleep(2 * BEAT_S)
    left_ms = timer_of(venue)["expires_in_ms"]
    assert left_ms < (COUNTDOWN_S - BEAT_S) * 1000, "a beat must have been missed"
    desk.kill(signal.SIGCONT)
    just_refreshed(venue, at_most_s=1.0, least_ms=left_ms)
    desk.wait_for("ARMED")
    for _ in range(3):
        just_refreshed(venue, at_most_s=2 * BEAT_S)
    assert "ARMED" in desk.text, desk.text
    assert "FIRED" not in desk.text
    assert venue.account("bitget-uta")["by_kind"] == before


def test_the_dashboard_refreshes_the_timer_by_itself(
    terminal: Open, venue: Any, bitget_desk: Settings
) -> None:
    desk = armed_desk(terminal, venue, bitget_desk())
    for _ in range(8):
        just_refreshed(venue)
    assert "ARMED" in desk.text
    desk.press("a")
    desk.press("a")
    desk.wait_for("OFF")
    assert not timer_of(venue)["armed"]
    assert venue.open("bitget-uta") > 0
