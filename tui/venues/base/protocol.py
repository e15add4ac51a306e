"""What every venue has to answer, and the shapes that pass between a venue and the service.

A venue decides meaning and touches no socket. What needs more than one exchange of messages
(paging a list, cancelling contract by contract) is a *talk*: a generator that yields the calls to
be made at once, is sent their replies in the same order, and returns what they mean. The service
drives it and signs each call at the moment it leaves, so a talk holds no secret and no clock.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from tui.core.accounts import Account, TimerSettings
from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.deadman.plan import TimerPlan
from tui.core.frames import Transport
from tui.core.orders import Book, Kind
from tui.core.secrets import Credentials
from tui.venues.common.remedies import Remedies, with_remedy
from tui.venues.common.sites import Site

if TYPE_CHECKING:
    from tui.venues.common.progress import Progress

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, JsonValue]

T = TypeVar("T")


# --- calls, and what comes back ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RestCall:
    """A REST request before it is signed."""

    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str = ""
    """Exactly the text to be sent and signed."""
    signed: bool = True
    listed: int = field(default=0, compare=False)
    """For a later page of a list: how many orders the pages before it have."""
    within_s: float | None = field(default=None, compare=False)
    """A deadline of its own, where that of its batch is longer than the answer is worth."""
    decides: bool = field(default=False, compare=False)
    """A question after a cancel, on which the meaning of that depends: it is asked again while the
    venue refuses it because it was asked too often."""


@dataclass(frozen=True, slots=True)
class SocketCall:
    """A request over the venue's WebSocket before it has its id."""

    op: str
    data: JsonValue
    """What goes under the venue's own name for it: `data` (HTX), `args` (OKX)."""


Call: TypeAlias = RestCall | SocketCall

Market: TypeAlias = tuple[str, str]
"""A kind of order and a contract: where an order may be."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A documented limit: `calls` in `per_s` seconds, of all calls whose limit has this name."""

    name: str
    calls: int
    per_s: float


@dataclass(frozen=True, slots=True)
class RestReply:
    """A complete HTTP answer, whatever its status."""

    status: int
    body: bytes
    retry_after_s: float | None = None
    """What its `Retry-After` asks for, at most half a minute; None where it asks for nothing."""


@dataclass(frozen=True, slots=True)
class SocketReply:
    """The message that answered a socket request."""

    message: JsonObject


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing answered."""

    reason: str
    """One line for the trader: `no answer within 1.5 s`."""
    sent: bool
    """False only if the request certainly never left; otherwise it may have been carried out."""


Reply: TypeAlias = RestReply | SocketReply | NoReply

Talk: TypeAlias = Generator[tuple[Call, ...], tuple[Reply, ...], T]


@dataclass(frozen=True, slots=True)
class SignedRest:
    """A REST request as it leaves."""

    method: str
    target: str
    """Path and query, byte for byte as signed."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    hidden: tuple[str, ...]
    """Values of this request that nothing may keep or show: the signature."""


@dataclass(frozen=True, slots=True)
class SocketText:
    """A WebSocket message as it leaves."""

    text: str
    hidden: tuple[str, ...] = ()


# --- what a socket message can mean --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The venue accepted the login; only now may commands be sent."""


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """The venue refused the login. `permanent`: the same credentials will be refused again."""

    code: str
    text: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to the request of that id."""

    request_id: str
    message: JsonObject


@dataclass(frozen=True, slots=True)
class AllInDoubt:
    """An error that names no request: whatever is in flight may have been carried out or not."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Pinged:
    """The venue wants this sent back at once."""

    answer: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The venue is about to drop the connection."""

    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that asks for nothing: a pong, a notice, a push."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that mean nothing; `reason` in one line."""

    reason: str


SocketEvent: TypeAlias = (
    LoggedIn | LoginRefused | Answered | AllInDoubt | Pinged | Closing | Heard | Unreadable
)


@dataclass(frozen=True, slots=True)
class SocketRead:
    """A message taken apart: what the log shows of it, and what it means."""

    text: str
    """The unpacked payload, made safe, not yet redacted."""
    unpacked: int
    """Bytes after decompression."""
    event: SocketEvent


# --- what is known of an account -----------------------------------------------------------------


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


LONGEST_CANCEL_WAIT_S = 3.0
"""A cancel is tried again after so long, however long a venue asks to wait; a read waits."""


class VenueError(Exception):
    """A venue's answer that is not what was asked for: a refusal, a fault, or no answer.

    `verdict` is REFUSED (asking again will not help), BUSY or UNKNOWN. `code` and `text` are the
    venue's own, made safe.
    """

    def __init__(
        self,
        verdict: Verdict,
        code: str,
        text: str,
        retry_after_s: float = 1.0,
        *,
        limited: bool = False,
    ) -> None:
        """`limited`: there were too many requests, so nothing else may be asked meanwhile."""
        super().__init__(f"{code} {text}".strip())
        self.verdict = verdict
        self.code = code
        self.text = text
        self.remedy = ""
        """What to do about it, put here by whoever drives the talk."""
        self.retry_after_s = retry_after_s
        self.limited = limited

    def __str__(self) -> str:
        return with_remedy(super().__str__(), self.remedy)

    @property
    def advice(self) -> str:
        """The venue's text, with the remedy behind it."""
        return with_remedy(self.text, self.remedy)

    @property
    def pause_s(self) -> float:
        """How long to ask nothing, if there were too many requests; else 0."""
        return self.retry_after_s if self.limited else 0.0

    @property
    def ack(self) -> Ack:
        wait_s = min(self.retry_after_s, LONGEST_CANCEL_WAIT_S)
        return Ack(self.verdict, self.code, self.advice, retry_after_s=wait_s)


@dataclass(frozen=True, slots=True)
class Keepalive:
    """How a connection shows that it lives."""

    idle_s: float
    """Send a sign of life after so long without a word from the venue."""
    text: str | None
    """The message to send; None for a protocol-level ping."""
    answer_s: float
    """The connection is dead when nothing comes for so long after it."""


class Dialect(Protocol):
    """How one account speaks with its venue. Holds the account's settings, no secret, no state."""

    spec: VenueSpec
    keepalive: Keepalive | None
    """None for a venue without a socket."""

    # the wire
    def sign(self, call: RestCall, credentials: Credentials, now_ms: int) -> SignedRest:
        """`call` as it leaves now; `now_ms` is the venue's clock, epoch milliseconds."""
        ...

    def socket_headers(self) -> tuple[tuple[str, str], ...]:
        """Extra headers of the WebSocket handshake."""
        ...

    def login(self, credentials: Credentials, now_ms: int) -> SocketText:
        """The message that authenticates a fresh connection."""
        ...

    def encode(self, call: SocketCall, request_id: str) -> str:
        """`call` as it leaves. `request_id` is 1 to 32 letters and digits."""
        ...

    def read_socket(self, data: bytes | str) -> SocketRead:
        """Takes one message apart. Never raises, whatever the bytes; bounded in time and memory."""
        ...

    def failed(self, message: JsonObject) -> bool:
        """Whether a reply speaks of an error; the log's colour hangs on it, nothing else."""
        ...

    def limited(self, reply: Reply) -> bool:
        """Whether the venue says that it was asked too often, and nothing else."""
        ...

    def limit(self, call: Call) -> RateLimit | None:
        """The limit that a cancel counts towards; None for other calls, or where none is known."""
        ...

    def read_limit(self, call: Call) -> RateLimit | None:
        """The limit that a read counts towards; None for other calls, or where none is known."""
        ...

    # talks
    def venue_time(self) -> Talk[int]:
        """The venue's clock, epoch ms. One unsigned call. Raises VenueError."""
        ...

    def probe(self) -> Talk[Profile]:
        """What the venue says of the account and its key. Raises VenueError."""
        ...

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Talk[Book]:
        """Every open order of these kinds, all pages. Raises VenueError; never a partial list.

        A kind whose list the venue refuses to this key or account (no permission for the product,
        the product is not activated; REFUSED, and nothing else) goes into `refused` of the result
        with the venue's code and text, and not into `kinds`; the other kinds are listed all the
        same. That holds too where every one of `kinds` is refused. VenueError is for what concerns
        the whole request: the key itself is refused, the venue is busy, or nothing is certain. So
        each of `kinds` is in `kinds` or in `refused` of the result.

        `read_at_ms` of the result is 0: the driver, which has a clock, sets it.
        """
        ...

    def cancel(
        self,
        profile: Profile,
        action: Action,
        scope: Scope,
        book: Book | None,
        route: Transport,
        progress: Progress | None = None,
        lately: frozenset[Market] = frozenset(),
    ) -> Talk[Ack]:
        """Cancels by `route`. `book` is what was read last, for venues that need contracts named.

        The first batch of calls holds everything that can be sent at once. What `progress` says is
        answered for certain is not sent again. `lately` is where orders were open a moment ago,
        whatever the book says now. Only the kinds of `action` are cancelled. Where the venue
        refuses some of several requests, the result is that of the others, with the code and text
        of the refusal (`requests_ack`): the list decides what is still open.
        """
        ...

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Talk[Ack]:
        """Starts or refreshes a dead-man timer, or switches it off with 0."""
        ...

    # facts
    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        """The sorts of order that this account can have, in the order the panel shows them."""
        ...

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        """The cancel actions of this account, with those that its settings ask for beside."""
        ...


TOO_MANY_REQUESTS = 429
"""The HTTP status of most venues for one call too many."""


class DialectFactory(Protocol):
    def __call__(self, account: Account) -> Dialect: ...


@dataclass(frozen=True, slots=True)
class Venue:
    """One line of the registry."""

    spec: VenueSpec
    dialect: DialectFactory = field(repr=False)
