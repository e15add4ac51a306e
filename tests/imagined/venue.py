"""Nimbus, as the product would speak with it: signed REST, one kind of order, one timer."""

from __future__ import annotations

import hashlib
import hmac
import json

from tui.core.accounts import Account
from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book, Kind, OpenOrder
from tui.core.secrets import Credentials
from tui.venues.base.errors import VenueError
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
    Unreadable,
)
from tui.venues.base.protocol import Venue
from tui.venues.base.specs import Keepalive, Profile, TimerSpec, VenueSpec
from tui.venues.common.parsing import answer_of, int_of, objects_of, text_of
from tui.venues.common.progress import Progress
from tui.venues.common.sites import Site
from tui.venues.common.timers import check_countdown

ORDERS = Action("orders", "orders", ("order",), ("rest",), leaves="", scopes=("contract",))
TIMER = TimerSpec(
    id="nimbus",
    covers="all orders",
    min_s=5,
    max_s=60,
    spacing_s=1.0,
    limit_codes=frozenset({"busy"}),
    usual=True,
)
SPEC = VenueSpec(
    id="nimbus",
    title="Nimbus",
    sites=(Site("global", "https://api.nimbus.example"),),
    passphrase=False,
    timers=(TIMER,),
    demo_accounts=("nimbus-desk",),
    grant="Grant trade; never withdraw.",
)


class Nimbus:
    """One account. See `tui.venues.base.protocol.VenueAdapter`."""

    spec: VenueSpec = SPEC
    keepalive: Keepalive | None = None

    def __init__(self, account: Account) -> None:
        self._account = account

    def sign(self, call: RestCall, credentials: Credentials, now_ms: int) -> SignedRest:
        if not call.signed:
            return SignedRest(call.method, call.path, (), call.body.encode(), ())
        text = f"{now_ms}{call.method}{call.path}{call.body}"
        key = credentials.secret_key.reveal().encode()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        headers = (
            ("N-KEY", credentials.api_key.reveal()),
            ("N-TIME", str(now_ms)),
            ("N-SIGN", signature),
        )
        return SignedRest(call.method, call.path, headers, call.body.encode(), (signature,))

    def socket_headers(self) -> tuple[tuple[str, str], ...]:
        return ()

    def login(self, credentials: Credentials, now_ms: int) -> SocketText:
        raise NotImplementedError("no socket")

    def encode(self, call: SocketCall, request_id: str) -> str:
        raise NotImplementedError("no socket")

    def read_socket(self, data: bytes | str) -> SocketRead:
        return SocketRead("", 0, Unreadable("no socket"))

    def failed(self, message: JsonObject) -> bool:
        return "error" in message

    def limited(self, reply: Reply) -> bool:
        try:
            return text_of(answer_of(reply)[0].get("error")) == "busy"
        except VenueError:
            return False

    def limit(self, call: Call) -> RateLimit | None:
        return None

    def read_limit(self, call: Call) -> RateLimit | None:
        return None

    def venue_time(self) -> Exchange[int]:
        (reply,) = yield (RestCall("GET", "/nimbus/time", signed=False),)
        stamp = int_of(_checked(reply).get("now_ms"))
        if stamp is None:
            raise VenueError(Verdict.UNKNOWN, "", "the venue's time did not come")
        return stamp

    def probe(self) -> Exchange[Profile]:
        (reply,) = yield (RestCall("GET", "/nimbus/key"),)
        return Profile(can_trade=_checked(reply).get("trade") is True, can_withdraw=False)

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Exchange[Book]:
        (reply,) = yield (RestCall("GET", "/nimbus/orders"),)
        rows = objects_of(_checked(reply).get("orders"))
        orders = tuple(
            OpenOrder("order", text_of(row.get("id")), text_of(row.get("contract"))) for row in rows
        )
        return Book(kinds, orders, read_at_ms=0)

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
        wanted: JsonObject = {"contract": scope.contract} if scope.contract else {}
        if scope.orders:
            wanted = {"ids": [order.order_id for order in scope.orders]}
        (reply,) = yield (RestCall("POST", "/nimbus/cancel", body=json.dumps(wanted)),)
        return _ack(reply)

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        check_countdown(TIMER, countdown_s)
        body = json.dumps({"seconds": countdown_s})
        (reply,) = yield (RestCall("POST", "/nimbus/timer", body=body),)
        return _ack(reply)

    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        return (Kind("order", "orders"),)

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        return (ORDERS,)


def _checked(reply: Reply) -> JsonObject:
    message, _ = answer_of(reply)
    if "error" in message:
        raise VenueError(Verdict.REFUSED, text_of(message["error"]), "")
    return message


def _ack(reply: Reply) -> Ack:
    try:
        message = _checked(reply)
    except VenueError as error:
        return error.ack
    return Ack(Verdict.ACCEPTED) if message.get("ok") is True else Ack(Verdict.UNKNOWN)


NIMBUS = Venue(SPEC, Nimbus)
