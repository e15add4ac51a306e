"""A dialect that speaks as another one does; what differs is overridden."""

from __future__ import annotations

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
from tui.venues.base.protocol import VenueAdapter
from tui.venues.base.specs import Profile
from tui.venues.common.progress import Progress


class Delegating:
    """Implements `tui.venues.base.protocol.VenueAdapter` by that of `dialect`."""

    def __init__(self, dialect: VenueAdapter) -> None:
        self._dialect = dialect
        self.spec = dialect.spec
        self.keepalive = dialect.keepalive

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
        return self._dialect.cancel(profile, action, scope, book, route, progress, lately)

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        return self._dialect.set_timer(profile, timer, countdown_s)

    def sign(self, call: RestCall, credentials: Credentials, now_ms: int) -> SignedRest:
        return self._dialect.sign(call, credentials, now_ms)

    def socket_headers(self) -> tuple[tuple[str, str], ...]:
        return self._dialect.socket_headers()

    def login(self, credentials: Credentials, now_ms: int) -> SocketText:
        return self._dialect.login(credentials, now_ms)

    def encode(self, call: SocketCall, request_id: str) -> str:
        return self._dialect.encode(call, request_id)

    def read_socket(self, data: bytes | str) -> SocketRead:
        return self._dialect.read_socket(data)

    def failed(self, message: JsonObject) -> bool:
        return self._dialect.failed(message)

    def limited(self, reply: Reply) -> bool:
        return self._dialect.limited(reply)

    def limit(self, call: Call) -> RateLimit | None:
        return self._dialect.limit(call)

    def read_limit(self, call: Call) -> RateLimit | None:
        return self._dialect.read_limit(call)

    def venue_time(self) -> Exchange[int]:
        return self._dialect.venue_time()

    def probe(self) -> Exchange[Profile]:
        return self._dialect.probe()

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Exchange[Book]:
        return self._dialect.read_book(profile, kinds)

    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        return self._dialect.kinds(profile)

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        return self._dialect.actions(profile)
