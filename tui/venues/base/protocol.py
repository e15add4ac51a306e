"""What every venue has to answer.

A venue decides meaning and touches no socket. What it takes to cancel, to read a list of several
pages or to set a timer is an *exchange*: a generator that yields the calls to be made at once, is
sent their replies in the same order, and returns what they mean. The service drives it and signs
each call at the moment it leaves, so an exchange holds no secret and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from tui.core.accounts import Account
from tui.core.actions import Ack, Action, Scope
from tui.core.frames import Transport
from tui.core.orders import Book, Kind
from tui.core.secrets import Credentials
from tui.venues.base.messages import (
    Call,
    Exchange,
    JsonObject,
    Market,
    RateLimit,
    Reply,
    RestCall,
    SignedRest,
    SocketCall,
    SocketRead,
    SocketText,
)
from tui.venues.base.specs import Keepalive, Profile, VenueSpec
from tui.venues.common.progress import Progress


class VenueAdapter(Protocol):
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

    # exchanges
    def venue_time(self) -> Exchange[int]:
        """The venue's clock, epoch ms. One unsigned call. Raises VenueError."""
        ...

    def probe(self) -> Exchange[Profile]:
        """What the venue says of the account and its key. Raises VenueError."""
        ...

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Exchange[Book]:
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
    ) -> Exchange[Ack]:
        """Cancels by `route`. `book` is what was read last, for venues that need contracts named.

        The first batch of calls holds everything that can be sent at once. What `progress` says is
        answered for certain is not sent again. `lately` is where orders were open a moment ago,
        whatever the book says now. Only the kinds of `action` are cancelled. Where the venue
        refuses some of several requests, the result is that of the others, with the code and text
        of the refusal (`requests_ack`): the list decides what is still open.
        """
        ...

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        """Starts or refreshes a dead-man timer, or switches it off with 0."""
        ...

    # facts
    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        """The sorts of order that this account can have, in the order the panel shows them."""
        ...

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        """The cancel actions of this account, with those that its settings ask for beside."""
        ...


class AdapterFactory(Protocol):
    def __call__(self, account: Account) -> VenueAdapter: ...


@dataclass(frozen=True, slots=True)
class Venue:
    """One line of the registry."""

    spec: VenueSpec
    adapter: AdapterFactory = field(repr=False)
