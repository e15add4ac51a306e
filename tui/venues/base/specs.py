"""What settings, forms and timers have to know of a venue and of an account."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.core.accounts import Account, TimerSettings
from tui.core.deadman.plan import TimerPlan
from tui.venues.common.remedies import Remedies
from tui.venues.common.sites import Site


@dataclass(frozen=True, slots=True)
class Profile:
    """What the venue said of the account and its key."""

    family: str = ""
    """HTX: `legacy` or `unified`."""
    can_trade: bool | None = None
    """None where the venue did not say."""
    can_withdraw: bool | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimerSpec:
    """One of a venue's dead-man timers, as data for the one timer machine."""

    id: str
    covers: str
    min_s: int
    max_s: int
    spacing_s: float
    """The least time between two requests that the venue bears."""
    limit_codes: frozenset[str]
    """What the venue says to a request too many; we send none, so somebody else does."""
    usual: bool = False
    """Every account of the venue has it; another one only if its settings name it."""
    label: str = ""
    """A short name that tells it from the account's other timers; empty where there are none."""

    def plan(self, settings: TimerSettings) -> TimerPlan:
        """The trader's settings within the venue's limits."""
        return TimerPlan.of(
            settings.countdown_s, settings.beat_s, self.spacing_s, self.min_s, self.max_s
        )


@dataclass(frozen=True, slots=True)
class Extra:
    """A cancel action that an account has only if its settings ask for it."""

    id: str
    """That of the action too."""
    most_contracts: int | None = None
    """How many `contracts` may be named beside it, where their number is what it costs."""


@dataclass(frozen=True, slots=True)
class VenueSpec:
    """What the settings and the forms must know of a venue."""

    id: str
    title: str
    sites: tuple[Site, ...]
    """Where its accounts can be; the first is meant where the settings name none."""
    passphrase: bool
    families: tuple[str, ...] = ()
    demo_trading: bool = False
    timers: tuple[TimerSpec, ...] = ()
    extras: tuple[Extra, ...] = ()
    contracts: str = ""
    """Which contracts an account must name, in a line for the trader; empty where a cancel needs
    no names."""
    demo_accounts: tuple[str, ...] = ()
    """The names of its accounts on the demo desk, as the simulator greets with them."""
    never_covered: tuple[tuple[str, str], ...] = ()
    """For the help: what no button of its accounts cancels, and why."""
    press_calls: int = 1
    """REST calls that a press makes at once; as many connections are kept free for it."""
    connects_a_second: int | None = None
    """Sockets that one address may connect in a second; None where the venue does not say."""
    grant: str = ""
    """Which key permissions to grant and which not, in one line."""
    remedies: Remedies = field(default=Remedies(), repr=False)
    """What to do about the venue's refusals, by its codes."""

    @property
    def rest_url(self) -> str:
        """The REST address of the usual site."""
        return self.sites[0].rest_url

    @property
    def ws_url(self) -> str | None:
        """The address of the usual site's socket; None where the venue has none."""
        return self.sites[0].ws_url

    def site(self, name: str) -> Site:
        """The site of that name; the usual one where there is none."""
        return next((site for site in self.sites if site.id == name), self.sites[0])

    def timers_of(self, account: Account) -> tuple[TimerSpec, ...]:
        """The dead-man timers that killdesk is to hold for this account."""
        return tuple(one for one in self.timers if one.usual or one.id in account.timers)


@dataclass(frozen=True, slots=True)
class Keepalive:
    """How a connection shows that it lives."""

    idle_s: float
    """Send a sign of life after so long without a word from the venue."""
    text: str | None
    """The message to send; None for a protocol-level ping."""
    answer_s: float
    """The connection is dead when nothing comes for so long after it."""
