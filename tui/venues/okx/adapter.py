"""How OKX v5 speaks: the business WebSocket, signed REST, spreads and quotes.

Sources: the OKX v5 documentation (https://www.okx.com/docs-v5/en/), pages "REST Authentication",
"WebSocket: Login, Connect", Spread Trading "WS / Cancel all orders", "WS / Cancel order" and their
REST twins, Block Trading "Cancel all Quotes", "Cancel multiple Quotes" and their like for RFQs,
Trading Account "Get account configuration", Public Data "Get system time". Codes and replies are in
`replies`, lists in `open_orders`, socket messages in `socket`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.core.accounts import Account
from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book, Kind
from tui.core.secrets import Credentials
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import (
    TOO_MANY_REQUESTS,
    Call,
    Exchange,
    JsonObject,
    JsonValue,
    Market,
    RateLimit,
    Reply,
    RestCall,
    RestReply,
    SignedRest,
    SocketCall,
    SocketRead,
    SocketText,
)
from tui.venues.base.specs import Extra, Keepalive, Profile, VenueSpec
from tui.venues.common.acks import OrderResult, chosen_ack
from tui.venues.common.parsing import compact, int_of, text_of
from tui.venues.common.progress import Answer, Part, Progress, send
from tui.venues.common.remedies import Remedies
from tui.venues.common.sites import Site
from tui.venues.okx.open_orders import (
    ALGO,
    ORDER,
    PENDING,
    QUOTE,
    READ_LIMITS,
    RFQ,
    SPREAD,
    read_book,
)
from tui.venues.okx.remedies import REMEDIES
from tui.venues.okx.replies import (
    KEY_REFUSED,
    LIMITED,
    block_ack,
    chosen_outcome,
    mass_cancel_ack,
    of_one_order,
    read_envelope,
    rows_of,
)
from tui.venues.okx.signing import sign_login, sign_rest
from tui.venues.okx.socket import read_message
from tui.venues.okx.timers import TIMERS, set_timer

SITES = (
    Site(
        id="global",
        rest_url="https://openapi.okx.com",
        ws_url="wss://ws.okx.com:8443/ws/v5/business",
        paper_ws_url="wss://wspap.okx.com:8443/ws/v5/business",
        serves="accounts of www.okx.com",
        more_hosts=("www.okx.com", "aws.okx.com", "wsaws.okx.com"),
    ),
    Site(
        id="eea",
        rest_url="https://eea.okx.com",
        ws_url="wss://wseea.okx.com:8443/ws/v5/business",
        paper_ws_url="wss://wseeapap.okx.com:8443/ws/v5/business",
        serves="accounts of my.okx.com (Europe)",
        more_hosts=("my.okx.com",),
    ),
    Site(
        id="us",
        rest_url="https://us.okx.com",
        ws_url="wss://wsus.okx.com:8443/ws/v5/business",
        paper_ws_url="wss://wsuspap.okx.com:8443/ws/v5/business",
        serves="accounts of app.okx.com (US, Australia)",
        more_hosts=("app.okx.com",),
    ),
)
"""Pages "Production Trading Services" and "Demo Trading Services"; `eea` and `us` as the clients of
OKX's own support and of others (ccxt, nautilus) have them. A key is known at its own site alone."""
OKX = VenueSpec(
    demo_accounts=("okx-desk",),
    never_covered=(
        (
            "order book",
            "Ordinary OKX order-book orders are not covered: the OKX buttons reach spreads and "
            "quotes only.",
        ),
    ),
    id="okx",
    title="OKX",
    sites=SITES,
    passphrase=True,
    demo_trading=True,
    timers=tuple(TIMERS),
    extras=(Extra("rfqs"),),
    connects_a_second=3,
    grant="Grant Read and Trade; never Withdraw. Bind the key to this machine's address.",
    remedies=Remedies(REMEDIES),
)


@dataclass(frozen=True, slots=True)
class _RestOnly:
    """The calls of an action that block trading knows, all under `/api/v5/rfq/`."""

    label: str
    everything: str
    chosen: str
    id_key: str


KINDS = (
    Kind(SPREAD, "spreads", spacing_s=0.25),
    Kind(QUOTE, "quotes", spacing_s=1.1),
    Kind(RFQ, "RFQs", spacing_s=1.1, every=3),
    Kind(ORDER, "order book", spacing_s=0.25, every=3),
    Kind(ALGO, "conditional", spacing_s=1.1, every=6),
    Kind(PENDING, "pending fill", spacing_s=2.1, every=3),
)
"""Every account has them all. What no action reaches is read at every third poll, since the limits
are shared with the account's other programs; conditional orders, seven requests, at every sixth."""
SPREADS = Action(
    id="spreads",
    label="spreads",
    kinds=(SPREAD,),
    routes=("ws", "rest"),
    leaves="legs and size already matched but not settled",
    key="s",
    scopes=("contract",),
)
QUOTES = Action(
    id="quotes",
    label="quotes",
    kinds=(QUOTE,),
    routes=("rest",),
    leaves="RFQs, and quotes pending fill",
    key="u",
)
RFQS = Action(
    id="rfqs",
    label="RFQs",
    kinds=(RFQ,),
    routes=("rest",),
    leaves="RFQs pending fill",
)
BY_REST: dict[str, _RestOnly] = {
    QUOTES.id: _RestOnly("quotes", "cancel-all-quotes", "cancel-batch-quotes", "quoteId"),
    RFQS.id: _RestOnly("RFQs", "cancel-all-rfqs", "cancel-batch-rfqs", "rfqId"),
}
MOST_IN_BATCH = 100
LIMITS = {
    name: RateLimit(name, most, 2.0)
    for name, most in {
        "sprd-mass-cancel": 5,
        "sprd-cancel-order": 20,
        "/api/v5/sprd/mass-cancel": 10,
        "/api/v5/sprd/cancel-order": 20,
        "/api/v5/rfq/cancel-all-quotes": 2,
        "/api/v5/rfq/cancel-all-rfqs": 2,
        "/api/v5/rfq/cancel-batch-quotes": 2,
        "/api/v5/rfq/cancel-batch-rfqs": 2,
    }.items()
}
"""Of each cancel by its operation or path; socket and REST have limits of their own."""


class Okx:
    """One OKX account. See `tui.venues.base.protocol.VenueAdapter`."""

    spec: VenueSpec = OKX
    keepalive: Keepalive | None = Keepalive(idle_s=18.0, text="ping", answer_s=10.0)
    """The venue drops a connection that was silent for 30 s; protocol pings do not count."""

    def __init__(self, account: Account) -> None:
        self._account = account

    # --- the wire ---

    def sign(self, call: RestCall, credentials: Credentials, now_ms: int) -> SignedRest:
        return sign_rest(call, self.socket_headers(), credentials, now_ms)

    def socket_headers(self) -> tuple[tuple[str, str], ...]:
        """The demo-trading header. On a socket the demo host alone should do; it costs nothing."""
        return (("x-simulated-trading", "1"),) if self._account.demo_trading else ()

    def login(self, credentials: Credentials, now_ms: int) -> SocketText:
        return sign_login(credentials, now_ms)

    def encode(self, call: SocketCall, request_id: str) -> str:
        return compact({"id": request_id, "op": call.op, "args": call.data})

    def read_socket(self, data: bytes | str) -> SocketRead:
        return read_message(data)

    def failed(self, message: JsonObject) -> bool:
        return text_of(message.get("code", "0")) != "0"

    def limited(self, reply: Reply) -> bool:
        try:
            return read_envelope(reply).code in LIMITED
        except VenueError:
            # A gateway in front of the venue answers without a code of the venue's.
            return isinstance(reply, RestReply) and reply.status == TOO_MANY_REQUESTS

    def limit(self, call: Call) -> RateLimit | None:
        return LIMITS.get(call.path if isinstance(call, RestCall) else call.op)

    def read_limit(self, call: Call) -> RateLimit | None:
        return READ_LIMITS.get(call.path) if isinstance(call, RestCall) else None

    # --- exchanges ---

    def venue_time(self) -> Exchange[int]:
        (reply,) = yield (RestCall("GET", "/api/v5/public/time", signed=False),)
        rows = rows_of(reply)
        stamp = int_of(rows[0].get("ts")) if rows else None
        if stamp is None:
            raise VenueError(Verdict.UNKNOWN, "", "the venue's time did not come")
        return stamp

    def probe(self) -> Exchange[Profile]:
        """What the key may do, from the account configuration.

        Raises VenueError when the key itself is refused, and when no answer proves anything (worth
        asking again). A key that is good but may not read its configuration is not held against
        the account: what it may do is then unknown, and a warning says so.
        """
        (reply,) = yield (RestCall("GET", "/api/v5/account/config"),)
        envelope = read_envelope(reply)
        if not envelope.ok:
            error = envelope.error
            if error.verdict is not Verdict.REFUSED or error.code in KEY_REFUSED:
                raise error
            error.remedy = OKX.remedies.of(error.code, self._account.name)
            return Profile(warnings=(f"what the key may do cannot be read: {error}",))
        perm = text_of(envelope.rows[0].get("perm")) if envelope.rows else ""
        if not perm:
            return Profile(warnings=("the venue does not say what the key may do",))
        granted = {part.strip() for part in perm.split(",")}
        return Profile(can_trade="trade" in granted, can_withdraw="withdraw" in granted)

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Exchange[Book]:
        return read_book(kinds)

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
        """Cancels. Returns REFUSED without a call where the scope is narrower than the venue's own
        cancel can be: a wider one than asked for is never sent."""
        if scope.orders:
            return (yield from _cancel_chosen(action, scope, route, progress or Progress()))
        too_narrow = scope.direction or scope.offset or scope.category
        if block := BY_REST.get(action.id):
            if too_narrow or scope.contract:
                text = f"OKX cancels all {block.label} or chosen ones, no subset"
                return Ack(Verdict.REFUSED, "", text)
            (reply,) = yield (RestCall("POST", f"/api/v5/rfq/{block.everything}", body="{}"),)
            return block_ack(reply)
        if too_narrow:
            return Ack(Verdict.REFUSED, "", "OKX cancels spread orders by spread, nothing narrower")
        which: JsonValue = {"sprdId": scope.contract.upper()} if scope.contract else {}
        call: Call = RestCall("POST", "/api/v5/sprd/mass-cancel", body=compact(which))
        if route == "ws":
            call = SocketCall("sprd-mass-cancel", [which])
        (reply,) = yield (call,)
        return mass_cancel_ack(reply)

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        return set_timer(timer, countdown_s)

    # --- facts ---

    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        if not self._cancels_rfqs:
            return KINDS
        return tuple(replace(kind, every=1) if kind.id == RFQ else kind for kind in KINDS)

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        return (SPREADS, QUOTES, RFQS) if self._cancels_rfqs else (SPREADS, QUOTES)

    @property
    def _cancels_rfqs(self) -> bool:
        return RFQS.id in self._account.extras


def _cancel_chosen(
    action: Action, scope: Scope, route: Transport, progress: Progress
) -> Exchange[Ack]:
    """Spread orders one by one, the others by the hundred, all at once."""
    ids = [order.order_id for order in scope.orders if order.kind in action.kinds]
    if not ids:
        return Ack(Verdict.NOTHING)
    size = MOST_IN_BATCH if action.id in BY_REST else 1
    groups = [ids[start : start + size] for start in range(0, len(ids), size)]
    parts = [_chosen_part(action, group, route) for group in groups]
    results: list[OrderResult] = []
    whole: list[Ack] = []
    for answer in (yield from send(parts, progress)):
        if isinstance(answer, list):
            results += answer
        else:
            whole.append(answer)
    return chosen_ack(whole, results)


def _chosen_part(action: Action, ids: list[str], route: Transport) -> Part:
    block = BY_REST.get(action.id)

    def answer(reply: Reply) -> Answer:
        outcome = chosen_outcome(reply, block.id_key if block else "ordId", ids)
        if isinstance(outcome, Ack) and len(ids) == 1:
            return [of_one_order(ids[0], outcome)]
        return outcome

    return Part(" ".join(ids), _chosen_call(action, ids, route), answer)


def _chosen_call(action: Action, ids: list[str], route: Transport) -> Call:
    if block := BY_REST.get(action.id):
        listed: list[JsonValue] = list(ids)
        body = compact({f"{block.id_key}s": listed})
        return RestCall("POST", f"/api/v5/rfq/{block.chosen}", body=body)
    which: JsonValue = {"ordId": ids[0]}
    if route == "ws":
        return SocketCall("sprd-cancel-order", [which])
    return RestCall("POST", "/api/v5/sprd/cancel-order", body=compact(which))
