"""Looks at a desk while a soak goes on, and holds what it says against what is so."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tests.faults.invariants import (
    PressArming,
    TimerSample,
    key_of,
    overstated,
    wrongly_confirmed,
)
from tests.faults.soak_rig import Rig
from tests.faults.soak_tally import Tally
from tui.core.actions import EVERYTHING, Action, Outcome, Report, Scope
from tui.core.clocks import read_clock
from tui.core.desk import AccountView
from tui.core.orders import OpenOrder
from tui.service.audit.reader import check_file, read_lines

OUTCOME_S = 90.0
"""Of a run: five sends with their deadlines, and a window with its reads after each doubt."""
OWN_FAULT = "a fault of killdesk's own"


class Watch:
    """Every violation goes into the tally, as do the counts."""

    def __init__(self, on: Rig, tally: Tally) -> None:
        self._venue, self._desk = on.venue, on.desk
        self._secrets, self._folder = on.secrets, on.folder
        self._tally = tally
        self._presses = PressArming(OUTCOME_S)

    @property
    def waiting(self) -> int:
        """Presses without an outcome yet."""
        return self._presses.waiting

    def view(self, name: str) -> AccountView:
        view = self._desk.view.account(name)
        assert view is not None
        return view

    def pressed(self, account: str, action: Action, scope: Scope = EVERYTHING) -> None:
        """To be told before the desk is."""
        self._tally.presses["of everything" if scope == EVERYTHING else "of a scope"] += 1
        self._presses.pressed(key_of(account, action.id, scope), time.time() * 1000)

    # --- outcomes ---------------------------------------------------------------------------------

    def hear(self) -> None:
        """Takes the outcomes that were told since the last time."""
        told: list[Report] = []
        while not self._desk.told.empty():
            told.append(self._desk.told.get())
        confirmed = any(report.outcome is Outcome.CONFIRMED for report in told)
        resting = self._venue.resting() if confirmed else {}
        for report in told:
            key = key_of(report.account, report.action, report.scope)
            if wrong := self._presses.ended(key, report):
                self._tally.violated("told", wrong)
            self._tally.settled += report.message.startswith("settled by a later read")
            self._tally.outcomes[report.outcome] += 1
            self._own_fault(f"{report.account} {report.message}")
            if report.outcome is Outcome.CONFIRMED:
                self._hold_against(report, resting)

    def overdue(self) -> None:
        self._tally.violated("told", *self._presses.overdue(time.time() * 1000))

    def _hold_against(self, report: Report, resting: Mapping[str, Sequence[OpenOrder]]) -> None:
        actions = {action.id: action.kinds for action in self.view(report.account).actions}
        orders = resting[report.account]
        self._tally.held_against += len(orders)
        if still_open := wrongly_confirmed(report, actions[report.action], orders):
            steps = ", ".join(f"{step.name} {step.after_ms:.0f}" for step in report.steps)
            said = f"{report.account} {report.action} {report.scope}: {still_open} open; {steps}"
            self._tally.violated("wrongly confirmed", said)

    # --- frames -----------------------------------------------------------------------------------

    def drain(self) -> None:
        """Takes the frames, as a screen does."""
        while frames := self._desk.frames.drain():
            self._tally.frames += len(frames)
            for frame in frames:
                shown = (frame.text, *(value for _, value in frame.headers))
                if any(secret in part for part in shown for secret in self._secrets):
                    self._tally.violated("secret", f"in a frame of {frame.account}")
                if frame.direction == "note":
                    self._tally.reconnects += frame.text == "connected and logged in"
                    self._own_fault(f"{frame.account} {frame.text}")
                elif frame.direction == "out":
                    path = frame.text.partition("  ")[0]
                    self._tally.beats += path.endswith(("cancel-all-after", "cancel-after"))
                    self._tally.beats += path.endswith("countdown-cancel-all")

    def _own_fault(self, text: str) -> None:
        if OWN_FAULT in text:
            self._tally.violated("own fault", text)

    # --- timers -----------------------------------------------------------------------------------

    def sample(self) -> None:
        """Asks the venue for every timer, with a picture from before and one from after."""
        before = self._desk.view
        asked = read_clock()
        venue = self._venue.timers()
        self._desk.draw_now()
        after, now = self._desk.view, read_clock()
        for one, other in zip(before.accounts, after.accounts, strict=True):
            # While the keyring is read an account has no timers yet.
            known = {timer.id: timer for timer in one.timers}
            for later in other.timers:
                earlier = known.get(later.id, later)
                armed, left_s = venue[one.name, earlier.id]
                sample = TimerSample(earlier, asked, armed, left_s, later, now)
                self._tally.states[later.state_at(now)] += 1
                self._tally.raced += sample.raced or sample.withdrawn or sample.slow
                if wrong := overstated(sample):
                    self._tally.violated("timer", f"{one.name} {wrong}")

    # --- the record -------------------------------------------------------------------------------

    def check_record(self) -> None:
        """Of a desk that has ended: the chain holds, and no secret is in it."""
        for file in sorted(self._folder.glob("*.jsonl")):
            self._tally.recorded_mb += round(file.stat().st_size / 2**20, 1)
            if not check_file(file).verdict.intact:
                self._tally.violated("record", f"{file.name} is not intact")
            for line in read_lines(file):
                if any(secret.encode() in line for secret in self._secrets):
                    self._tally.violated("secret", "in the record")
        if not self._tally.recorded_mb:
            self._tally.violated("record", "there is none")

    # --- quiet ------------------------------------------------------------------------------------

    def not_ready(self) -> list[str]:
        return [
            f"{one.name} {one.health}: {one.reason}; {len(one.runs)} runs"
            for one in self._desk.view.accounts
            if one.health != "ready" or one.runs
        ]

    def unresolved(self) -> list[str]:
        return [
            f"{one.name} {report.action} {report.scope}: {report.message}"
            for one in self._desk.view.accounts
            for report in one.reports
            if report.outcome is Outcome.UNRESOLVED
        ]

    def armed(self) -> list[str]:
        """Timers that are not off, by the desk or by the venue."""
        shown = [
            f"{one.name} {timer.id} {timer.state}: {timer.message}"
            for one in self._desk.view.accounts
            for timer in one.timers
            if timer.state != "off"
        ]
        venue = self._venue.timers().items()
        return shown + [f"{name} {timer}: armed" for (name, timer), (on, _) in venue if on]
