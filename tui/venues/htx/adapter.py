"""HTX USDT-M futures: what one account can do there, and how it speaks.

The socket is `/linear-swap-trade`. An account is of one of two families: `legacy`, whose isolated
and cross margin orders are separate worlds, or `unified` (V5). A call of the wrong family finds
nothing or is refused, so the venue is asked for the family (`account_type`). Conditional orders are
in `trigger_orders` (legacy) and `algo_orders` (V5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.core.accounts import Account
from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book, Kind, OpenOrder
from tui.core.secrets import Credentials
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import (
    TOO_MANY_REQUESTS,
    Call,
    Exchange,
    JsonObject,
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
from tui.venues.base.specs import Keepalive, Profile, VenueSpec
from tui.venues.common.exchanges import gather_exchanges
from tui.venues.common.parsing import compact, int_of
from tui.venues.common.progress import Progress
from tui.venues.common.remedies import Remedies
from tui.venues.common.sites import Site
from tui.venues.htx import algo_orders, cancel, open_orders, trigger_orders
from tui.venues.htx.account_type import OLD_CALL, V5_CALL, ask_family, of_its_family
from tui.venues.htx.cancel import lately_in
from tui.venues.htx.remedies import AT_LOGIN, REMEDIES
from tui.venues.htx.replies import FAMILY_CODES, KEY_CODES, LIMITED, answer, error_of, read_reply
from tui.venues.htx.signing import host_of, sign_login, sign_rest
from tui.venues.htx.socket import read_socket
from tui.venues.htx.timers import TIMER, set_timer
from tui.venues.htx.trigger_orders import EXTRA

SITES = (
    Site(
        id="global",
        rest_url="https://api.hbdm.com",
        ws_url="wss://api.hbdm.com/linear-swap-trade",
        serves="every account",
    ),
    Site(
        id="aws",
        rest_url="https://api.hbdm.com",
        ws_url="wss://api.hbdm.vn/linear-swap-trade",
        serves="every account, from a machine at AWS",
    ),
)
"""Pages "[Isolated] ws cancel all Orders" and "Ws Cancel batch Order", which prefer `api.hbdm.vn`
for clients at AWS. Of REST they name `api.hbdm.com` alone. HTX has no paper trading."""
HTX = VenueSpec(
    demo_accounts=("htx-legacy", "htx-unified"),
    id="htx",
    title="HTX",
    sites=SITES,
    passphrase=False,
    families=("auto", "legacy", "unified"),
    timers=(TIMER,),
    extras=(EXTRA,),
    contracts="legacy: each that you trade, such as BTC-USDT, ETH-USDT",
    grant="Grant Read and Trade; never Withdraw. Bind the key to this machine's address.",
    remedies=Remedies(REMEDIES, AT_LOGIN),
)

READS = RateLimit("reads", 72, per_s=3.0)
"""Of one user, all reads together, of the old calls and of V5."""
FAMILY_PATHS = {V5_CALL.path, OLD_CALL.path}
LIST_PATHS = {open_orders.UNIFIED_LIST, algo_orders.LIST, *open_orders.LISTS.values()}
READ_PATHS = trigger_orders.LIST_PATHS | FAMILY_PATHS | LIST_PATHS

LEAVES = "trigger, TP/SL and trailing orders"


@dataclass(frozen=True, slots=True)
class _Offer:
    """What accounts of one family have."""

    family: str
    kinds: tuple[Kind, ...]
    action: Action | None
    """What cancels these kinds; None where nothing does."""


def _offer(family: str, kind: str) -> _Offer:
    scopes = ("contract", "direction", "offset")
    action = Action(kind, kind, (kind,), ("ws", "rest"), LEAVES, scopes=scopes)
    return _Offer(family, (Kind(kind, kind),), action)


_OFFERS = (
    _offer("legacy", "isolated"),
    _offer("legacy", "cross"),
    _Offer("legacy", trigger_orders.KINDS, trigger_orders.ACTION),
    _offer("unified", "unified"),
    _Offer("unified", (algo_orders.KIND,), None),
)
_CONDITIONAL = frozenset(kind.id for kind in (*trigger_orders.KINDS, algo_orders.KIND))

_Listed = tuple[OpenOrder, ...] | VenueError


class Htx:
    """How one HTX account speaks (`VenueAdapter`)."""

    spec = HTX
    # HTX pings every 5 s, and answers a ping of the WebSocket protocol but none in JSON.
    keepalive: Keepalive | None = Keepalive(idle_s=3.0, text=None, answer_s=3.0)

    def __init__(self, account: Account) -> None:
        self._account = account
        self._rest_host = host_of(account.rest_url)
        self._ws_url = account.ws_url or str(HTX.ws_url)

    # the wire

    def sign(self, call: RestCall, credentials: Credentials, now_ms: int) -> SignedRest:
        return sign_rest(call, self._rest_host, credentials, now_ms)

    def socket_headers(self) -> tuple[tuple[str, str], ...]:
        return ()

    def login(self, credentials: Credentials, now_ms: int) -> SocketText:
        return sign_login(self._ws_url, credentials, now_ms)

    def encode(self, call: SocketCall, request_id: str) -> str:
        return compact({"op": call.op, "cid": request_id, "data": call.data})

    def read_socket(self, data: bytes | str) -> SocketRead:
        return read_socket(data)

    def failed(self, message: JsonObject) -> bool:
        is_error = message.get("status") == "error" or message.get("op") == "error"
        return is_error or bool(error_of(message)[0])

    def limited(self, reply: Reply) -> bool:
        gateway = isinstance(reply, RestReply) and reply.status == TOO_MANY_REQUESTS
        return gateway or read_reply(reply).code == LIMITED

    def limit(self, call: Call) -> RateLimit | None:
        return trigger_orders.limit_of(call) or cancel.limit_of(call)

    def read_limit(self, call: Call) -> RateLimit | None:
        path = call.path if isinstance(call, RestCall) else ""
        if path == trigger_orders.ISOLATED_TRIGGERS:
            return trigger_orders.OWN_LIMIT
        return READS if path in READ_PATHS else None

    # exchanges

    def venue_time(self) -> Exchange[int]:
        replies = yield (RestCall("GET", "/api/v1/timestamp", signed=False),)
        now_ms = int_of(answer(replies[0]).get("ts"))
        if now_ms is None:
            raise VenueError(Verdict.UNKNOWN, "", "the venue's answer has no time")
        return now_ms

    def probe(self) -> Exchange[Profile]:
        """Asks for the account's family. HTX does not tell this host what the key may do."""
        configured = self._account.family
        try:
            asked = yield from ask_family()
        except VenueError as error:
            if configured == "auto" or error.verdict is Verdict.REFUSED:
                raise
            doubt = f"family {configured} is as configured; the venue did not say: {error.text}"
            return Profile(configured, warnings=(doubt,))
        if asked is None:
            # HTX has moved its accounts to V5, so one that it does not place is most likely there.
            family = "unified" if configured == "auto" else configured
            why = "assumed" if configured == "auto" else "as configured"
            doubt = f"family {family} is {why}; the venue did not say: set `family` in the settings"
            return Profile(family, warnings=(doubt,))
        if configured not in ("auto", asked):
            clash = (
                f"the settings say family {configured}, the venue says {asked}: "
                "cancels of the wrong family find nothing"
            )
            return Profile(configured, warnings=(clash,))
        if asked == "unified" and EXTRA.id in self._account.extras:
            useless = f'extra "{EXTRA.id}" is for legacy accounts: this one keeps its {LEAVES}'
            return Profile(asked, warnings=(useless,))
        return Profile(asked)

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Exchange[Book]:
        """Ordinary orders kind by kind, conditional ones side by side."""
        found: dict[str, _Listed] = {}
        for kind in kinds:
            if kind not in _CONDITIONAL:
                found[kind] = yield from _listed(kind, open_orders.open_orders(kind))
        conditional = [kind for kind in kinds if kind in _CONDITIONAL]
        lists = yield from gather_exchanges([_listed(k, self._conditional(k)) for k in conditional])
        found |= zip(conditional, lists, strict=True)
        read = {kind: orders for kind, orders in found.items() if isinstance(orders, tuple)}
        return Book(
            tuple(kind for kind in kinds if kind in read),
            tuple(order for kind in kinds for order in read.get(kind, ())),
            read_at_ms=0,
            refused=tuple((kind, str(found[kind])) for kind in kinds if kind not in read),
        )

    def _conditional(self, kind: str) -> Exchange[tuple[OpenOrder, ...]]:
        if kind == algo_orders.KIND.id:
            return algo_orders.open_algo_orders()
        return trigger_orders.open_triggers(kind, self._account.contracts)

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
        """Cancels. An answer that the wrong account family would get too is never taken for a
        certain one: the venue is asked for the family before it counts."""
        contracts = self._account.contracts
        progress = progress or Progress()
        if action.id == EXTRA.id:
            ack = yield from trigger_orders.cancel(action.kinds, scope, book, contracts, progress)
        else:
            ack = yield from cancel.cancel(
                action, scope, book, route, (*contracts, *lately_in(lately, action.id)), progress
            )
        return (yield from of_its_family(ack, _family_of(action), self._account.family))

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        return set_timer(profile.family or self._account.family, timer, countdown_s)

    # facts

    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        """Conditional orders too, whether or not a button reaches them; then they are read as often
        as the others."""
        return tuple(
            replace(kind, every=1) if self._action_of(offer) else kind
            for offer in self._offers(profile)
            for kind in offer.kinds
        )

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        return tuple(filter(None, map(self._action_of, self._offers(profile))))

    def _offers(self, profile: Profile) -> list[_Offer]:
        """Those of both families while it is unknown: a press must then reach either."""
        family = profile.family or self._account.family
        return [offer for offer in _OFFERS if family in (offer.family, "auto")]

    def _action_of(self, offer: _Offer) -> Action | None:
        """The action of an offer, if the account has it."""
        asked_for = offer.action is not trigger_orders.ACTION or EXTRA.id in self._account.extras
        return offer.action if asked_for else None


def _family_of(action: Action) -> str:
    mine = (one.family for one in _OFFERS if one.action is not None and one.action.id == action.id)
    return next(mine, "")


def _listed(kind: str, exchange: Exchange[tuple[OpenOrder, ...]]) -> Exchange[_Listed]:
    """The orders of a kind, or why the venue will not list them for this account. Raises VenueError
    where it is not this list that is refused: the key, an account of the other family, or a doubt.
    """
    try:
        return (yield from exchange)
    except VenueError as error:
        wrong_family = error.code in FAMILY_CODES and kind not in _CONDITIONAL
        if error.verdict is not Verdict.REFUSED or error.code in KEY_CODES or wrong_family:
            raise
        return error
