"""Random faults for a long time, and what must hold of the desk all the while.

    .venv/bin/python -m tests.faults.soak [--minutes 30] [--seed 7] [--json PATH]

A live desk with a record holds twelve accounts, three of each sort, against a simulator in another
process, each through a fault proxy of its own. The dice rest orders, cancel actions, accounts and
everything, arm and disarm the timers, leave the screen, spoil the venue's replies and the network.
Checked are

- every `confirmed`: none of the orders that were there when its run began is open;
- every timer, four times a second: no picture claims more than the venue holds;
- every press: one outcome, told once, in bounded time;
- at quiet moments, all faults gone: every account becomes ready again, a panic is confirmed
  everywhere, nothing is left unresolved, and tasks, threads, open files and memory have not grown;
- at the end: every timer can be switched off, all accounts begin anew and leave nothing behind, the
  desk ends, and its record is intact; no secret stands in a frame or in the record.

One line is printed each minute, at the end a summary, also when ctrl+c cuts it short. Exit code 1
if anything did not hold. The seed fixes the plan of deeds; how they meet the desk depends on the
machine. Linux only.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.invariants import grown
from tests.faults.resources import Held, hold, rss_mb
from tests.faults.soak_plan import MOST_ORDERS, QUOTING_S, Deed, deeds, kind_of, scope_of
from tests.faults.soak_rig import COPIES, Rig, rig
from tests.faults.soak_tally import Tally
from tests.faults.soak_watch import OUTCOME_S, Watch
from tui.core.actions import Outcome

TICK_S = 0.03
SAMPLE_S = 0.25
READY_S = 150.0
"""A login that was refused for good is tried again after a minute, a lost one after half of it."""
DISARMED_S = 90.0
"""A beat without an answer may arrive half a minute later, and is switched off again then."""
MEMORY_MB = 20.0
"""From the second quiet moment to the last: the record of the last hour's figures still fills."""
RENEWALS = 3
EARLY, MIDDLE = 0.1, 0.5
"""Shares of the time at which it becomes quiet, besides the beginning and the end."""


@dataclass(frozen=True)
class Plan:
    minutes: float
    seed: int
    copies: int = COPIES
    quiet_at: tuple[float, ...] = (EARLY, MIDDLE)
    login_faults: bool = True
    """Refused logins are tried again after a minute only."""
    look_s: float = 6.0
    """How long a quiet moment is looked at: longer than any call may take."""
    switch_off: bool = True
    """Whether it waits at the end until every timer is off, which may take half a minute."""


class Soak:
    """One soak on one desk."""

    def __init__(self, on: Rig, plan: Plan, watch: Watch, tally: Tally) -> None:
        self.tally = tally
        self._on, self._plan = on, plan
        self._venue, self._proxies, self._desk = on.venue, on.proxies, on.desk
        self._names = [account.name for account in on.desk.view.accounts]
        self._watch = watch
        self._next_sample_s = self._next_line_s = 0.0
        self._back_s = 0.0
        """When the screen answers again."""
        self._quoted_s = 0.0
        """When nothing goes on quoting any more."""
        self._spoilt: dict[str, float] = {}
        """Until when the network of an account is spoilt."""

    def run(self) -> None:
        """The whole of it; the quiet moments come on top of the minutes."""
        self._quiet("at the start")
        for name in self._names:
            self._desk.arm(name)
        worked_s = 0.0
        for share in (*self._plan.quiet_at, 1.0):
            until_s = share * self._plan.minutes * 60
            self._work(worked_s, until_s)
            worked_s = until_s
            self._quiet("at the end" if share == 1.0 else f"after {until_s / 60:.1f} min")
        if self._plan.switch_off:
            self._switch_off()
            self._renew()
        self.compare(self.tally, list(self.tally.held.values()))
        self.tally.whole = True

    def _work(self, from_s: float, until_s: float) -> None:
        """Does the deeds of that part of the plan."""
        begun_s = self.tally.lasted_s - from_s
        for deed in deeds(self._plan.seed, self._names):
            if deed.at_s < from_s:
                continue
            while self.tally.lasted_s - begun_s < min(deed.at_s, until_s):
                self._step()
            if deed.at_s >= until_s:
                return
            self._do(deed)

    def _step(self) -> None:
        """Everything that goes on beside the deeds."""
        at_s = self.tally.lasted_s
        if at_s >= self._back_s:
            self._desk.screen_alive()
        for account, until_s in list(self._spoilt.items()):
            if at_s >= until_s:
                del self._spoilt[account]
                self._proxies.order(account, "clear")
        self._watch.hear()
        self._watch.drain()
        if at_s >= self._next_sample_s:
            self._next_sample_s = at_s + SAMPLE_S
            self._watch.sample()
            self._watch.overdue()
        if at_s >= self._next_line_s:
            self._next_line_s += 60
            print(self.tally.line(self._desk.view.ready, rss_mb()), flush=True)
        time.sleep(TICK_S)

    def _until(self, limit_s: float, holds: Callable[[], bool]) -> bool:
        """Goes on until it holds; whether it did in time."""
        end_s = self.tally.lasted_s + limit_s
        while not holds():
            if self.tally.lasted_s > end_s:
                return False
            self._step()
        return True

    # --- deeds ------------------------------------------------------------------------------------

    def _do(self, deed: Deed) -> None:
        dice, view = Random(deed.seed), self._watch.view(deed.account)  # noqa: S311
        self.tally.deeds[deed.what] += 1
        match deed.what:
            case "cancel an action":
                action = dice.choice(view.actions)
                scope = scope_of(view, action, dice)
                self._watch.pressed(view.name, action, scope)
                self._desk.cancel(view.name, action.id, scope)
            case "cancel an account" | "cancel, then disarm":
                for action in view.actions:
                    self._watch.pressed(view.name, action)
                cancel = self._desk.cancel, self._desk.cancel_then_disarm
                cancel[deed.what == "cancel, then disarm"](view.name)
            case "panic":
                self._panic()
            case "rest orders":
                self._venue.rest(view.name, kind_of(view, dice), dice.randint(1, MOST_ORDERS))
            case "go on quoting":
                how = {"every_ms": 100, "for_ms": round(QUOTING_S * 1000)}
                self._venue.rest(view.name, kind_of(view, dice), 1, **how)
                self._quoted_s = self.tally.lasted_s + 2 * QUOTING_S
            case "leave the screen":
                self._back_s = self.tally.lasted_s + deed.lasts_s
            case "arm":
                self.tally.armed_again += any(timer.state == "fired" for timer in view.timers)
                self._desk.arm(view.name)
            case "disarm":
                self._desk.disarm(view.name)
            case "read":
                self._desk.refresh(view.name)
            case _:
                self._spoil(deed)

    def _spoil(self, deed: Deed) -> None:
        login = deed.fault == "auth_refused" or deed.args.get("op") in ("auth", "login")
        if login and not self._plan.login_faults:
            return
        self.tally.faults[f"{deed.what} {deed.fault}"] += 1
        if deed.what == "venue":
            self._venue.fault(deed.account, deed.fault, **deed.args)
        else:
            self._proxies.order(deed.account, deed.fault, **deed.args)
            self._spoilt[deed.account] = self.tally.lasted_s + deed.lasts_s

    def _panic(self) -> None:
        for name in self._names:
            for action in self._watch.view(name).actions:
                self._watch.pressed(name, action)
        self._desk.panic()

    # --- quiet ------------------------------------------------------------------------------------

    def _quiet(self, when: str) -> None:
        """All faults gone: the desk must recover by itself, and is looked at then."""
        self._back_s = 0.0
        self._spoilt.clear()
        self._proxies.clear_all()
        self._venue.no_faults()
        since_s = self.tally.lasted_s
        self._until(READY_S, lambda: self.tally.lasted_s >= self._quoted_s)
        if not self._until(READY_S, lambda: not self._watch.not_ready()):
            self.tally.violated("not ready", *self._watch.not_ready())
        self.tally.ready_s[when] = round(self.tally.lasted_s - since_s, 1)
        self._watch.hear()
        before = self.tally.outcomes.copy()
        self._panic()
        self._until(OUTCOME_S, lambda: not (self._watch.waiting or self._watch.not_ready()))
        for word, count in (self.tally.outcomes - before).items():
            if word != Outcome.CONFIRMED:
                self.tally.violated("quiet panic", f"{when}: {count} {word}")
        self.tally.violated("still unresolved", *self._watch.unresolved())
        self.tally.held[when] = hold(self._desk, self._plan.look_s, self._step)

    def _switch_off(self) -> None:
        for name in self._names:
            self._desk.disarm(name)
        if not self._until(DISARMED_S, lambda: not self._watch.armed()):
            self.tally.violated("not disarmed", *self._watch.armed())

    def _renew(self) -> None:
        """Every account begins anew, which must close all that it had."""
        for _ in range(RENEWALS):
            changed = self._desk.reconfigure(self._on.renewed())
            if not self._until(READY_S, changed.done) or changed.result():
                said = changed.result() if changed.done() else "no answer"
                self.tally.violated("not renewed", said)
        self._quiet("begun anew")

    @staticmethod
    def compare(tally: Tally, held: Sequence[Held]) -> None:
        """The quiet moments with the first; in memory with the second, by when it is warm."""
        first, *others = held
        for other in others:
            tally.violated("threads grew", *grown(first.threads, other.threads))
            tally.violated("tasks grew", *grown(first.tasks, other.tasks))
            tally.violated("files grew", *grown(_not_sockets(first), _not_sockets(other)))
            strays = {"stray": first.stray_sockets}, {"stray": other.stray_sockets}
            tally.violated("sockets grew", *grown(*strays))
            if other.rss_mb > others[0].rss_mb + MEMORY_MB:
                said = f"{others[0].rss_mb} MB became {other.rss_mb} MB"
                tally.violated("memory grew", said)


def _not_sockets(held: Held) -> dict[str, int]:
    """How many connections stay warm depends on the last panic: of sockets only strays count."""
    return {kind: count for kind, count in held.files.items() if kind != "socket"}


def soak(plan: Plan) -> Tally:
    """Runs one from the beginning to the end of its desk."""
    with rig(plan.copies) as on:
        tally = Tally(plan.seed)
        watch = Watch(on, tally)
        with suppress(KeyboardInterrupt):
            Soak(on, plan, watch, tally).run()
        tally.end()
        on.desk.stop()
        if on.desk.alive:
            tally.violated("does not end", "the service's thread still runs")
        watch.drain()
        watch.check_record()
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description="Random faults for a long time.")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--copies", type=int, default=COPIES, help="accounts of each sort")
    parser.add_argument("--json", type=Path, help="where to put the summary as JSON")
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    tally = soak(Plan(chosen.minutes, chosen.seed, chosen.copies))
    print(tally.text(), flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(tally.as_json(), indent=2))
    return 0 if tally.whole and not tally.violations else 1


if __name__ == "__main__":
    sys.exit(main())
