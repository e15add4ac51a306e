"""A drill: the whole kill path on simulated venues, what is to be rehearsed and how it went."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TypeAlias

from tui.core.clocks import LAST_MS
from tui.core.sanitize import sanitize

NO_ORDERS = (
    "there was no order to cancel, so this drill does not count: it shows nothing of a cancel."
    " Run it while orders are open, or with killdesk drill --orders 40"
)
STEPS = ("simulator", "connect", "read", "panic", "check", "arm", "disarm")
"""What a drill does, in this order."""
_LONGEST = 200
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class DrillError(Exception):
    """A drill that cannot be run or read; one sentence."""


@dataclass(frozen=True, slots=True)
class DrillAccount:
    """An account as the drill copies it: its sort and its size, and nothing that opens it."""

    name: str
    venue: str
    family: str = ""
    """HTX: `legacy` or `unified`; `legacy`, which takes more calls, where it is not known."""
    orders: tuple[tuple[str, int], ...] = ()
    """How many orders of each kind to rest."""
    extras: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(count for _, count in self.orders)


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """What is to be drilled."""

    accounts: tuple[DrillAccount, ...]
    keep: bool = True
    """Whether the result is kept; a drill of the demo desk says nothing of a real one."""
    left_out: tuple[tuple[str, str, str], ...] = ()
    """Accounts that cannot be drilled, as they cannot be used: name, venue, and why."""

    def as_json(self) -> str:
        """The plan on one line."""
        accounts = [
            {
                "name": one.name,
                "venue": one.venue,
                "family": one.family,
                "orders": dict(one.orders),
                "extras": one.extras,
                "timers": one.timers,
                "contracts": one.contracts,
            }
            for one in self.accounts
        ]
        return json.dumps({"keep": self.keep, "accounts": accounts, "left_out": self.left_out})

    @staticmethod
    def of_json(line: str) -> DrillPlan:
        """Raises DrillError."""
        try:
            data = json.loads(line)
            accounts = tuple(
                DrillAccount(
                    str(one["name"]),
                    str(one["venue"]),
                    str(one["family"]),
                    tuple((str(kind), int(count)) for kind, count in one["orders"].items()),
                    tuple(map(str, one["extras"])),
                    tuple(map(str, one["timers"])),
                    tuple(map(str, one["contracts"])),
                )
                for one in data["accounts"]
            )
            left_out = tuple((str(name), str(at), str(why)) for name, at, why in data["left_out"])
            return DrillPlan(accounts, bool(data["keep"]), left_out)
        except _UNREADABLE as error:
            raise DrillError(f"the plan cannot be read: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class AccountDrill:
    """How one account went. Times in milliseconds; None where it has not come to that."""

    account: str
    venue: str
    orders: int
    connect_ms: float | None = None
    """From the start until every route was up."""
    read_ms: float | None = None
    """From the start until the book was read and the account ready."""
    wire_ms: float | None = None
    """From the press until the first cancel left; known to the millisecond."""
    ack_ms: float | None = None
    """From the press to the last acknowledgement."""
    confirmed_ms: float | None = None
    """From the press until the venue's own list showed nothing open."""
    outcome: str = ""
    """The worst of its actions; empty while they run."""
    left: int | None = None
    """Orders still in the simulator's book, of those that the buttons reach."""
    timers: int = 0
    arm_ms: float | None = None
    disarm_ms: float | None = None
    message: str = ""

    @staticmethod
    def left_out(account: str, venue: str, why: str) -> AccountDrill:
        """Of an account that cannot be drilled: its cancels would be denied, too."""
        return AccountDrill(account, venue, 0, outcome="denied", message=f"not drilled: {why}")

    @property
    def ok(self) -> bool:
        """Everything confirmed, nothing left, and every timer was armed and off again."""
        held = not self.timers or (self.arm_ms is not None and self.disarm_ms is not None)
        return self.outcome == "confirmed" and self.left == 0 and held


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill as far as it has come."""

    at_ms: int
    """Wall clock of its start, epoch ms."""
    accounts: tuple[AccountDrill, ...]
    steps: tuple[tuple[str, float], ...] = ()
    """Each step that is done, with its milliseconds."""
    done: bool = False
    problem: str = ""
    """Why it failed or could not go on, in one line."""
    url: str = ""
    """Where the simulated venues were; always on this machine."""

    @property
    def ok(self) -> bool:
        """Whether it came to its end, had orders to cancel, and all was as it must be."""
        well = self.orders > 0 and all(account.ok for account in self.accounts)
        return self.done and not self.problem and well

    @property
    def step(self) -> str:
        """What is being done now; empty at the end."""
        done = {name for name, _ in self.steps}
        return "" if self.done else next((name for name in STEPS if name not in done), "")

    @property
    def orders(self) -> int:
        return sum(account.orders for account in self.accounts)

    @property
    def slowest(self) -> AccountDrill | None:
        """The account that was confirmed last."""
        known = [one for one in self.accounts if one.confirmed_ms is not None]
        return max(known, key=lambda one: one.confirmed_ms or 0.0, default=None)

    def took_ms(self, step: str) -> float | None:
        return dict(self.steps).get(step)

    def as_json(self) -> dict[str, Json]:
        """The stable shape that `killdesk drill --json` prints."""
        slowest = self.slowest
        return {
            "ok": self.ok,
            "done": self.done,
            "at_ms": self.at_ms,
            "url": self.url,
            "problem": self.problem,
            "steps": dict(self.steps),
            "slowest": slowest.account if slowest else None,
            "accounts": [asdict(account) for account in self.accounts],
        }

    @staticmethod
    def of_json(line: str) -> Drill:
        """A drill from a line that `as_json` made. Raises DrillError."""
        try:
            data = json.loads(line)
            at_ms = int(data["at_ms"])
            if not 0 <= at_ms <= LAST_MS:
                raise ValueError("no moment")
            return Drill(
                at_ms,
                tuple(map(_account, data["accounts"])),
                tuple((sanitize(name, 40), _finite(ms)) for name, ms in data["steps"].items()),
                data["done"] is True,
                sanitize(str(data["problem"]), _LONGEST),
                sanitize(str(data["url"]), _LONGEST),
            )
        except _UNREADABLE as error:
            raise DrillError(f"the drill cannot be read: {type(error).__name__}") from None


def _finite(value: object) -> float:
    """Raises ValueError, TypeError, OverflowError."""
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    raise ValueError("not a number")


def _account(said: dict[str, Json]) -> AccountDrill:
    def text(name: str) -> str:
        return sanitize(str(said[name]), _LONGEST)

    def ms(name: str) -> float | None:
        value = said[name]
        return _finite(value) if isinstance(value, int | float) else None

    def whole(name: str) -> int:
        value = said[name]
        if not isinstance(value, int) or abs(value) > LAST_MS:
            raise TypeError(name)
        return value

    return AccountDrill(
        account=text("account"),
        venue=text("venue"),
        orders=whole("orders"),
        connect_ms=ms("connect_ms"),
        read_ms=ms("read_ms"),
        wire_ms=ms("wire_ms"),
        ack_ms=ms("ack_ms"),
        confirmed_ms=ms("confirmed_ms"),
        outcome=text("outcome"),
        left=None if said["left"] is None else whole("left"),
        timers=whole("timers"),
        arm_ms=ms("arm_ms"),
        disarm_ms=ms("disarm_ms"),
        message=text("message"),
    )


def last_of(
    drills: Iterable[Drill], before_ms: int | None = None, *, any_size: bool = False
) -> Drill | None:
    """The newest drill that came to its end, of those begun before then.

    One without orders shows nothing of a cancel and does not count, unless `any_size` asks for it.
    """
    ended = [
        one
        for one in drills
        if one.done
        and (any_size or one.orders > 0)
        and (before_ms is None or one.at_ms < before_ms)
    ]
    return max(ended, key=lambda one: one.at_ms, default=None)
