"""Whether a dead-man timer is held, and never overstated, while replies get lost for a long time.

    python -m tests.bench.held [--minutes 20] [--lost 0.05] [--seed 7] > held.json

A `LiveDesk` without a screen holds Bitget's timer at countdown 10 s, beat 3 s, against a simulator
in a process of its own. So many of the replies to the countdown call are lost: the simulator says
nothing (fault `ignore`), having carried the request out or not, one as likely as the other. The
dice are thrown once for each request, with a fixed seed, when the request before it was seen.

Four times a second the simulator is asked for its timer, and the answer is compared with what the
desk said. Each sample reads the desk's picture, asks the venue, reads the picture again, and only
then the clock. A picture from before the question may claim no beat that the venue has not carried
out; shown at the clock's time, later than the venue's answer, it must hold no more seconds than
that answer. A picture from after it is held to the same, unless its beat left after the question.

The result is one JSON object on stdout, also when the run is ended early by SIGTERM or ctrl+c.
Exit code 1 if the timer lapsed or the desk claimed too much.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from tui.core.accounts import TimerSettings
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.view import TimerState, TimerView
from tui.service.demo import DemoDesk, demo_desk
from tui.service.desk.live import LiveDesk

ACCOUNT, TIMER = "bitget-uta", "bitget"
CALL = "/api/v3/trade/countdown-cancel-all"
COUNTDOWN_S, BEAT_S = 10, 3.0
SAMPLE_S = 0.25
ROUNDING_S = 0.001
"""The simulator gives whole milliseconds."""
START_S = 30.0
MOST_EXAMPLES = 10


class Ended(Exception):
    """Somebody ends the run before its time."""


@dataclass
class Found:
    """What the run has seen so far."""

    samples: int = 0
    lapses: list[str] = field(default_factory=list)
    overstated: list[str] = field(default_factory=list)
    armed_unprotected: list[str] = field(default_factory=list)
    raced: int = 0
    """Second pictures that could not be compared, because a beat left after the question."""
    least_left_s: float = float(COUNTDOWN_S)
    understated_ms: list[float] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    sent_ms: list[int] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    seqs: list[int] = field(default_factory=list)
    lost: int = 0
    lost_but_done: int = 0


class Run:
    def __init__(self, http: httpx.Client, desk: LiveDesk, lost: float, seed: int) -> None:
        self.found = Found()
        self._http = http
        self._desk = desk
        self._lost = lost
        self._dice = random.Random(seed)  # noqa: S311  a drill, repeatable
        self._was_armed = False

    def timer(self) -> TimerView:
        return self._desk.view.accounts[0].timers[0]

    def venue(self) -> dict[str, Any]:
        state = self._http.get("/sim/state").raise_for_status().json()
        timer: dict[str, Any] = state["accounts"][ACCOUNT]["timers"][TIMER]
        return timer

    def begin(self) -> None:
        until = time.monotonic() + START_S
        while self._desk.view.accounts[0].health != "ready":
            _in_time(until, "the account did not become ready")
        self._desk.arm(ACCOUNT)
        while self.timer().state is not TimerState.ARMED:
            _in_time(until, "the timer was not armed")

    def hold(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        next_s = time.monotonic()
        while time.monotonic() < end:
            self._desk.screen_alive()
            self._read_frames(throw=True)
            self._sample()
            next_s += SAMPLE_S
            time.sleep(max(0.0, next_s - time.monotonic()))

    def end(self) -> bool:
        """Whether the timer could be switched off."""
        self._read_frames(throw=False)
        self._desk.disarm(ACCOUNT)
        until = time.monotonic() + START_S
        while self.venue()["armed"] and time.monotonic() < until:
            time.sleep(0.05)
        return not self.venue()["armed"]

    # --- the wire ---------------------------------------------------------------------------------

    def _read_frames(self, *, throw: bool) -> None:
        """Counts the beats, and throws the dice for the request that follows each of them."""
        found = self.found
        for frame in self._desk.frames.drain():
            if frame.direction == "out" and CALL in frame.text:
                found.sent_ms.append(frame.at_ms)
                found.seqs.append(frame.seq)
                if throw and self._dice.random() < self._lost:
                    self._lose_next()
            elif frame.direction == "in" and frame.request in found.seqs[-3:]:
                found.answered.add(frame.request or 0)

    def _lose_next(self) -> None:
        done = self._dice.random() < 0.5
        fault = {"account": ACCOUNT, "kind": "ignore", "path": CALL, "executed": done}
        self._http.post("/sim/faults", json=fault).raise_for_status()
        self.found.lost += 1
        self.found.lost_but_done += done

    # --- the comparison ---------------------------------------------------------------------------

    def _sample(self) -> None:
        found = self.found
        before = self.timer()
        asked = read_clock()
        venue = self.venue()
        after = self.timer()
        now = read_clock()
        left_s = (venue["expires_in_ms"] or 0) / 1000 if venue["armed"] else 0.0
        found.samples += 1
        shown = after.state_at(now).value
        found.states[shown] = found.states.get(shown, 0) + 1

        self._compare(before, now, left_s, armed=venue["armed"])
        if after.sent_at is not None and after.sent_at.mono_s >= asked.mono_s:
            found.raced += 1
        elif after is not before:
            self._compare(after, now, left_s, armed=venue["armed"])

        if venue["armed"]:
            found.least_left_s = min(found.least_left_s, left_s)
            if before.state_at(now) is TimerState.ARMED:
                found.understated_ms.append((left_s - before.certain_s(now)) * 1000)
        elif self._was_armed:
            found.lapses.append(_at(now))
        self._was_armed = venue["armed"]
        if before.state in (TimerState.FIRED, TimerState.AMBIGUOUS) and not venue["armed"]:
            self._desk.arm(ACCOUNT)  # counted above; the run goes on

    def _compare(self, picture: TimerView, now: Instant, left_s: float, *, armed: bool) -> None:
        found, claimed_s = self.found, picture.certain_s(now)
        said = f"{_at(now)} {picture.state_at(now)} {claimed_s:.3f} s, venue {left_s:.3f} s"
        if claimed_s > left_s + ROUNDING_S:
            found.overstated.append(said)
        if picture.state_at(now) is TimerState.ARMED and not armed:
            found.armed_unprotected.append(said)

    # --- the result -------------------------------------------------------------------------------

    def told(self, took_s: float) -> dict[str, object]:
        found = self.found
        pairs = zip(found.seqs, found.sent_ms, found.sent_ms[1:], strict=False)
        # After an answer the next beat is due a beat after the send; after none, sooner.
        late_ms = [next_ms - sent_ms - BEAT_S * 1000 for seq, sent_ms, next_ms in pairs
                   if seq in found.answered]  # fmt: skip
        tenth = max(1, len(found.understated_ms) // 10)
        return {
            "minutes": round(took_s / 60, 2),
            "countdown_s": COUNTDOWN_S,
            "beat_s": BEAT_S,
            "samples": found.samples,
            "beats": len(found.seqs),
            "beats_answered": len(found.answered),
            "lost_replies": found.lost,
            "of_these_carried_out": found.lost_but_done,
            "lapses_at_the_venue": len(found.lapses),
            "least_left_at_the_venue_s": found.least_left_s,
            "overstated_samples": len(found.overstated),
            "armed_while_not_armed_samples": len(found.armed_unprotected),
            "raced_pictures": found.raced,
            "states": found.states,
            "beat_lateness_ms": _spread(late_ms),
            "beat_drift_in_all_ms": round(sum(late_ms)),
            "understated_ms": _spread(found.understated_ms),
            "understated_drift_ms": round(
                statistics.median(found.understated_ms[-tenth:])
                - statistics.median(found.understated_ms[:tenth]),
                2,
            )
            if found.understated_ms
            else None,
            "examples": {
                "lapses": found.lapses[:MOST_EXAMPLES],
                "overstated": found.overstated[:MOST_EXAMPLES],
                "armed_while_not_armed": found.armed_unprotected[:MOST_EXAMPLES],
            },
        }


def _in_time(until: float, complaint: str) -> None:
    if time.monotonic() > until:
        raise SystemExit(complaint)
    time.sleep(0.02)


def _at(now: Instant) -> str:
    return f"{datetime.fromtimestamp(now.wall_s, UTC):%H:%M:%S.%f}"


def _spread(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    return {
        "n": len(ordered),
        "least": round(ordered[0], 2),
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[round(0.95 * (len(ordered) - 1))], 2),
        "max": round(ordered[-1], 2),
    }


def measure(
    demo: DemoDesk, minutes: float, lost: float, seed: int
) -> tuple[dict[str, object], bool]:
    accounts = [
        replace(account, deadman=TimerSettings(COUNTDOWN_S, BEAT_S))
        for account in demo.accounts
        if account.name == ACCOUNT
    ]
    desk = LiveDesk(accounts, lambda one: demo.secrets[one.name])
    desk.start()
    try:
        with httpx.Client(base_url=demo.url, trust_env=False, timeout=10) as http:
            run = Run(http, desk, lost, seed)
            run.begin()
            begun = time.monotonic()
            with suppress(Ended, KeyboardInterrupt):
                run.hold(minutes * 60)
            took_s = time.monotonic() - begun
            told = run.told(took_s) | {"seed": seed, "switched_off_at_the_end": run.end()}
            good = not (run.found.lapses or run.found.overstated or run.found.armed_unprotected)
            return told, good
    finally:
        desk.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description="Holds a timer while replies get lost.")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--lost", type=float, default=0.05, help="share of the replies")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()

    def ended(_number: int, _frame: object) -> None:
        raise Ended

    signal.signal(signal.SIGTERM, ended)
    with demo_desk() as demo:
        told, good = measure(demo, chosen.minutes, chosen.lost, chosen.seed)
    print(json.dumps(told, indent=2), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
