"""The desk as a screen sees it: one immutable picture, swapped whole, and what a screen may ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Action, Report, Scope
from tui.core.coverage import Coverage, coverage
from tui.core.deadman.view import TimerView
from tui.core.frames import FrameFeed, Transport
from tui.core.orders import Book, Kind
from tui.core.secrets import Credentials
from tui.core.timeseries import NO_OPEN_PAST, NO_PAST, OpenPast, SeriesView

if TYPE_CHECKING:
    from concurrent.futures import Future

ReadCredentials: TypeAlias = Callable[[Account], Credentials | str]
"""Gives an account's credentials, or one sentence that says why there are none. It may block for as
long as it likes: each call gets a thread of its own, and calls for other accounts run meanwhile."""


class Health(StrEnum):
    """Whether a press would work now, as far as it is known."""

    CONNECTING = "connecting"
    READY = "ready"
    DEGRADED = "degraded"
    """A press works, but something is wrong: `reason` says what."""
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class RouteView:
    """One way to the venue."""

    transport: Transport
    up: bool
    round_trip_ms: float | None = None
    """The last measured one."""
    detail: str = ""
    """Why it is not up."""
    heard_at_ms: int | None = None
    """When the venue was last heard on it, epoch ms."""
    past: SeriesView = NO_PAST
    """The round trips of the last minutes, in ms."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A cancel that is under way."""

    action: str
    scope: Scope
    started_ms: int
    step: str
    """`sent`, `acknowledged`, `reading the book`, in a word or two."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account's panel."""

    name: str
    venue: str
    """The venue's id: `htx`."""
    title: str
    """The venue's name as written: `HTX`."""
    health: Health
    reason: str
    """One line: why not ready, or what is worth knowing; empty when all is well."""
    family: str
    """HTX: `legacy` or `unified` once known; empty elsewhere."""
    paper: bool
    """The venue's own paper trading."""
    key_note: str
    """What the API key may do: `trade-only`, `can withdraw`; empty when not known."""
    routes: tuple[RouteView, ...]
    kinds: tuple[Kind, ...]
    actions: tuple[Action, ...]
    book: Book | None
    """None until the first complete read."""
    book_error: str
    """Why the last read failed; the book shown is then the one before, with its time."""
    runs: tuple[RunView, ...]
    reports: tuple[Report, ...]
    """The latest report of each action, unresolved ones kept until a read settles them."""
    timers: tuple[TimerView, ...]
    """The dead-man timers that the account holds or may hold; armed and disarmed together."""
    clock_offset_ms: float | None = None
    """Venue clock minus ours."""
    on_quit: str = "ask"
    """What becomes of an armed timer at the end: `ask`, `fire` or `disarm`."""
    open_past: OpenPast = NO_OPEN_PAST
    """How many orders were open in the last hour."""
    earlier: tuple[Report, ...] = ()
    """Reports that were unresolved when a newer one of the same scope took their place, as later
    reads have settled them or not."""
    reading: int = 0
    """Orders that a read which takes long has listed so far; 0 while none does."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Kinds that the last read could not list, each with the reason in the venue's words."""
    coverage: Coverage = field(init=False, repr=False, compare=False)
    """What a press of every action reaches, and what rests beyond it."""

    def __post_init__(self) -> None:
        reached = {kind for action in self.actions for kind in action.kinds}
        found = coverage(self.kinds, reached, self.book, dict(self.reasons))
        object.__setattr__(self, "coverage", found)

    def label(self, action: str) -> str:
        """The label of an action by its id; the id, if the account does not have it any more."""
        return next((one.label for one in self.actions if one.id == action), action)

    @property
    def has_armed_timer(self) -> bool:
        """Whether a timer of the account may be running at the venue."""
        return any(not timer.state.gone for timer in self.timers)

    @property
    def timer(self) -> TimerView | None:
        """The timer to look at first: the one whose state is worst; of equals the first."""
        return max(self.timers, key=lambda timer: timer.state.alarm, default=None)

    @property
    def read_at_ms(self) -> int | None:
        """When the oldest listing of what buttons reach was complete, epoch ms."""
        read = [one.read_at_ms for one in self.coverage.covered if one.read_at_ms is not None]
        return min(read, default=None)


@dataclass(frozen=True, slots=True)
class DeskView:
    """The whole desk at one moment."""

    accounts: tuple[AccountView, ...]
    notice: str = ""
    """A desk-wide warning, such as a keyring that keeps secrets in the clear."""
    record_head: str = ""
    """The hash of a record that the system has taken; empty where no record is kept."""

    @property
    def ready(self) -> int:
        return sum(account.health is Health.READY for account in self.accounts)

    def account(self, name: str) -> AccountView | None:
        return next((account for account in self.accounts if account.name == name), None)


@dataclass(frozen=True, slots=True)
class NewSettings:
    """What a running desk is to go on with."""

    accounts: Sequence[Account]
    secrets: ReadCredentials
    """Asked for the accounts that are new or changed, and for those without credentials."""
    renewed: Collection[str] = ()
    """Accounts to be replaced though their settings are the same: their secrets have changed."""
    screen_grace_s: float = 30.0
    notice: Callable[[], str] = str
    """The desk-wide warning; asked in a thread of its own."""


class Desk(Protocol):
    """What a screen may ask of the service. Every call returns at once and from any thread."""

    @property
    def frames(self) -> FrameFeed:
        """The newest frames, to be drained."""
        ...

    @property
    def view(self) -> DeskView:
        """The newest picture."""
        ...

    def watch(self, changed: Callable[[], None]) -> None:
        """`changed` is called from the service's thread when the picture or the frames moved on.

        It must return at once. After a call it is not called again until `caught_up`, so a
        watcher says `caught_up` first and pulls then: what changes meanwhile nudges again.
        """
        ...

    def caught_up(self) -> None:
        """The watcher is about to pull; nudge again at the next change."""
        ...

    def screen_alive(self) -> None:
        """A sign of life from the screen; heartbeats stop when it stays away too long."""
        ...

    def cancel(self, account: str, action: str | None = None, scope: Scope = EVERYTHING) -> None:
        """Starts a cancel run: one action, or every action of the account."""
        ...

    def panic(self) -> None:
        """Every action of every account at once."""
        ...

    def arm(self, account: str) -> None:
        """Starts the account's dead-man timer and its beats; also re-arms after it fired."""
        ...

    def disarm(self, account: str) -> None:
        """Stops the beats and switches the venue's timer off."""
        ...

    def cancel_then_disarm(self, account: str) -> None:
        """Every action of the account; its timers are switched off only when all are confirmed."""
        ...

    def confirm_presence(self) -> None:
        """Somebody is there: the guards that ask for it begin anew."""
        ...

    def note(self, kind: str, text: str) -> None:
        """Puts on record what somebody did at the screen: `seen`, and which alarms."""
        ...

    def refresh(self, account: str) -> None:
        """Reads the account's book now."""
        ...

    def reconfigure(self, new: NewSettings) -> Future[str]:
        """Goes on with new settings; unchanged accounts are not touched.

        A changed account works with its old settings until there are credentials for the new ones.
        The answer is "" once the settings are accepted; it waits for credentials a few seconds at
        most. Otherwise it is one sentence that says why nothing was changed: a timer is armed, or a
        cancel runs, on an account that would go.
        """
        ...
