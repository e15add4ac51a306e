"""What a button does, what it is restricted to, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tui.core.coverage import NOT_KNOWN, Coverage
from tui.core.frames import Transport
from tui.core.orders import OpenOrder


@dataclass(frozen=True, slots=True)
class Action:
    """Something a button does on one account. Its id is stable: reports and scripts name it."""

    id: str
    """`isolated`, `cross`, `unified`, `spreads`, `quotes`, `orders`."""
    label: str
    """What is cancelled, in a word or two: `spreads`."""
    kinds: tuple[str, ...]
    """The kinds of order it covers."""
    routes: tuple[Transport, ...]
    """The ways it can be sent, the preferred one first."""
    leaves: str
    """What it does not cover, in one line for the trader."""
    key: str | None = None
    """A key of its own, where a panel has several cancel buttons."""
    scopes: tuple[str, ...] = ()
    """The fields of `Scope` that its venue can restrict it by; `orders` goes without saying."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an action is restricted to; everything when nothing is given."""

    contract: str | None = None
    """Contract (HTX), spread id (OKX) or symbol (Bitget)."""
    direction: str | None = None
    offset: str | None = None
    category: str | None = None
    orders: tuple[OpenOrder, ...] = ()
    """Chosen orders; the other restrictions are then not used."""
    _chosen: frozenset[tuple[str, str]] = field(init=False, repr=False, compare=False)
    """Kind and id of each, so that covering an order takes no search among thousands."""

    def __post_init__(self) -> None:
        chosen = frozenset((order.kind, order.order_id) for order in self.orders)
        object.__setattr__(self, "_chosen", chosen)

    def __str__(self) -> str:
        if self.orders:
            return f"{len(self.orders)} chosen"
        parts = (self.category, self.contract, self.direction, self.offset)
        return " ".join(part for part in parts if part) or "everything"

    def covers(self, order: OpenOrder) -> bool:
        """Whether `order`, being of a kind of the action, is within the scope."""
        if self.orders:
            return (order.kind, order.order_id) in self._chosen
        return (
            (self.contract is None or self.contract.upper() == order.contract.upper())
            and (self.direction is None or self.direction == order.side)
            and (self.offset is None or self.offset == order.offset)
            and (self.category is None or self.category == order.kind)
        )


EVERYTHING = Scope()


class Verdict(StrEnum):
    """What a venue's reply to a cancel or a timer request says of that request."""

    ACCEPTED = "accepted"
    NOTHING = "nothing to cancel"
    REFUSED = "refused"
    """Definitely not carried out, and asking again will not help."""
    BUSY = "busy"
    """Definitely not carried out; asking again after a while may help."""
    UNKNOWN = "unknown"
    """It may have been carried out: no reply, or one that proves nothing."""


@dataclass(frozen=True, slots=True)
class OrderFailure:
    """One order that a cancel did not take, with the venue's own code and text."""

    order_id: str
    code: str
    text: str
    filled: bool = False
    """It went by a fill, not by the cancel."""


@dataclass(frozen=True, slots=True)
class Ack:
    """The meaning of a reply. `code` and `text` are the venue's own, made safe."""

    verdict: Verdict
    code: str = ""
    text: str = ""
    failures: tuple[OrderFailure, ...] = ()
    retry_after_s: float = 1.0
    """For `BUSY`: when asking again makes sense."""
    server_ms: int | None = None
    """The venue's clock as the reply tells it, epoch ms."""
    trigger_ms: int | None = None
    """When the dead-man timer fires, by the same clock, where the reply tells it."""
    wrong_account: bool = False
    """The account is of another family or mode than this request was made for: no such request
    reaches its orders, and the venue must be asked anew what the account is."""
    unsent: bool = False
    """Nothing of the request has left: no connection came about, or it was `held`."""
    held: bool = False
    """Not sent now, because the account's own requests use up what the venue takes."""
    done: int = 0
    """Of a cancel that takes several requests: how many have been answered for certain."""
    parts: int = 0
    """How many it takes, as far as is known; 0 where that does not matter."""
    spared: tuple[str, ...] = ()
    """Kinds of order for which no request was sent, because the venue had just listed none."""

    @staticmethod
    def together(acks: Iterable[Ack]) -> Ack:
        """One meaning for several replies: the one that asks for most care, with all failures."""
        known = list(acks)
        if not known:
            return Ack(Verdict.NOTHING)
        care = (
            Verdict.NOTHING,
            Verdict.ACCEPTED,
            Verdict.BUSY,
            Verdict.REFUSED,
            Verdict.UNKNOWN,
        )
        worst = max(known, key=lambda ack: care.index(ack.verdict))
        failures = tuple(failure for ack in known for failure in ack.failures)
        patience_s = max(ack.retry_after_s for ack in known if ack.verdict is worst.verdict)
        return replace(worst, failures=failures, retry_after_s=patience_s)


class Outcome(StrEnum):
    """The end of an action. The order is the order of alarm, the worst last."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    REJECTED = "rejected"
    REMAINING = "remaining"
    UNRESOLVED = "unresolved"

    @property
    def alarm(self) -> int:
        """0 for `confirmed`; the larger, the sooner a trader must look."""
        return list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a run did, and when."""

    name: str
    after_ms: float
    """Since the press."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one action on one account. A figure that is not known is None."""

    account: str
    venue: str
    action: str
    outcome: Outcome
    scope: Scope = EVERYTHING
    started_ms: int = 0
    """Wall clock of the press, epoch ms."""
    open_before: int | None = None
    open_after: int | None = None
    ack_ms: float | None = None
    """From the press to the last acknowledgement."""
    confirmed_ms: float | None = None
    """From the press to the read that showed the scope empty."""
    route: Transport | None = None
    """Of the last send; None while nothing has left."""
    attempts: int = 0
    """Sends that left, or may have."""
    code: str = ""
    message: str = ""
    failures: tuple[OrderFailure, ...] = ()
    remaining: tuple[OpenOrder, ...] = ()
    """Open in the scope at the last read of the run."""
    new_during: int = 0
    """How many of `remaining` were placed after the press: something is still quoting."""
    ended_ms: int = 0
    """Wall clock of the outcome, epoch ms."""
    new_since: int = 0
    """Orders of the scope that a read after the end has shown, and the run had not."""
    steps: tuple[Step, ...] = ()
    coverage: Coverage = NOT_KNOWN
    """What the actions of the press reach, and the remainder beyond it, as known at the end of the
    run; what was not read between the press and then follows as soon as it is."""

    def as_json(self) -> dict[str, str | float | int | None]:
        """The stable shape that `killdesk cancel --json` prints."""
        return {
            "account": self.account,
            "venue": self.venue,
            "action": self.action,
            "outcome": str(self.outcome),
            "open_before": self.open_before,
            "open_after": self.open_after,
            "ack_ms": self.ack_ms,
            "confirmed_ms": self.confirmed_ms,
            "route": self.route,
            "attempts": self.attempts,
            "code": self.code,
            "message": self.message,
        }


def worst_first(reports: Iterable[Report]) -> list[Report]:
    """The reports in the order in which a trader must see them; of equals the latest first."""
    return sorted(reports, key=lambda r: (r.outcome.alarm, r.started_ms), reverse=True)
