"""An adapter that speaks as another one does; what differs is overridden."""

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
    """Implements `tui.venues.base.protocol.VenueAdapter` by that of `adapter`."""

    def __init__(self, adapter: VenueAdapter) -> None:
        self._adapter = adapter
        self.spec = adapter.spec
        self.keepalive = adapter.keepalive

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
        return self._adapter.cancel(profile, action, scope, book, route, progress, lately)

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        return self._adapter.set_timer(profile, timer, countdown_s)

    def sign(self, call: RestCall, credentials: Credentials, now_ms: int) -> SignedRest:
        return self._adapter.sign(call, credentials, now_ms)

    def socket_headers(self) -> tuple[tuple[str, str], ...]:
        return self._adapter.socket_headers()

    def login(self, credentials: Credentials, now_ms: int) -> SocketText:
        return self._adapter.login(credentials, now_ms)

    def encode(self, call: SocketCall, request_id: str) -> str:
        return self._adapter.encode(call, request_id)

    def read_socket(self, data: bytes | str) -> SocketRead:
        return self._adapter.read_socket(data)

    def failed(self, message: JsonObject) -> bool:
        return self._adapter.failed(message)

    def limited(self, reply: Reply) -> bool:
        return self._adapter.limited(reply)

    def limit(self, call: Call) -> RateLimit | None:
        return self._adapter.limit(call)

    def read_limit(self, call: Call) -> RateLimit | None:
        return self._adapter.read_limit(call)

    def venue_time(self) -> Exchange[int]:
        return self._adapter.venue_time()

    def probe(self) -> Exchange[Profile]:
        return self._adapter.probe()

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Exchange[Book]:
        return self._adapter.read_book(profile, kinds)

    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        return self._adapter.kinds(profile)

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        return self._adapter.actions(profile)
