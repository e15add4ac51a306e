"""How Bitget's unified trading account (API v3) speaks: signed REST, and the dead-man countdown.

Sources: the Bitget documentation (https://www.bitget.com/api-doc/), pages "Signature", UTA
"CountDown Cancel All", "Get Account Info", and "Get Server Time" (v2, shared by all accounts).
Codes and replies are in `replies`, lists in `open_orders`, cancels in `cancel`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from tui.core.accounts import Account
from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book, Kind
from tui.core.secrets import Credentials, Secret
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
from tui.venues.base.specs import Extra, Keepalive, Profile, TimerSpec, VenueSpec
from tui.venues.bitget.cancel import (
    cancel_categories,
    cancel_chosen,
    cancel_strategy,
    limit_of,
    trade_call,
)
from tui.venues.bitget.open_orders import CATEGORIES, READ_LIMITS, STRATEGY, read_book
from tui.venues.bitget.remedies import REMEDIES
from tui.venues.bitget.replies import LIMITED, OK, data_of, read_envelope, timer_ack
from tui.venues.common.parsing import int_of, object_of, text_of
from tui.venues.common.progress import Progress
from tui.venues.common.remedies import Remedies
from tui.venues.common.sites import Site
from tui.venues.common.timers import check_countdown

TIMER = TimerSpec(
    id="bitget",
    covers="all orders of the unified account; whether strategy orders go too is not documented",
    min_s=5,
    max_s=60,
    spacing_s=1.05,
    limit_codes=frozenset({LIMITED}),
    usual=True,
)
BITGET = VenueSpec(
    demo_accounts=("bitget-uta",),
    id="bitget",
    title="Bitget",
    sites=(Site("global", "https://api.bitget.com", serves="every account, paper trading too"),),
    passphrase=True,
    demo_trading=True,
    timers=(TIMER,),
    extras=(Extra("strategy"),),
    press_calls=5,
    grant="Grant UTA trade, read and write; never withdraw. The countdown is enabled on request.",
    remedies=Remedies(REMEDIES),
)
KINDS = (
    Kind("SPOT", "spot", spacing_s=0.3),
    Kind("MARGIN", "margin", spacing_s=0.3),
    Kind("USDT-FUTURES", "USDT futures", spacing_s=0.3),
    Kind("COIN-FUTURES", "coin futures", spacing_s=0.3),
    Kind("USDC-FUTURES", "USDC futures", spacing_s=0.3),
    Kind(STRATEGY, "strategy", spacing_s=0.5, every=6),
)
ORDERS = Action(
    id="orders",
    label="orders",
    kinds=CATEGORIES,
    routes=("rest",),
    leaves="strategy (trigger, TP/SL) orders",
    scopes=("category", "contract"),
)
STRATEGY_ORDERS = Action(
    id="strategy",
    label="strategy orders",
    kinds=(STRATEGY,),
    routes=("rest",),
    leaves="",
    scopes=("contract",),
)


class Bitget:
    """One Bitget account. See `tui.venues.base.protocol.VenueAdapter`."""

    spec: VenueSpec = BITGET
    keepalive: Keepalive | None = None

    def __init__(self, account: Account) -> None:
        self._account = account

    # --- the wire ---

    def sign(self, call: RestCall, credentials: Credentials, now_ms: int) -> SignedRest:
        """`call` as it leaves. The signature covers time, method, path with query, and body.

        The query is sorted. The pages leave open whether it is signed before or after
        percent-encoding, so values that need encoding are never used.
        """
        target = call.path + (f"?{urlencode(sorted(call.query))}" if call.query else "")
        headers = [("Content-Type", "application/json"), ("locale", "en-US")]
        if self._account.demo_trading:
            headers.append(("paptrading", "1"))
        hidden: tuple[str, ...] = ()
        if call.signed:
            signature = signed(credentials.secret_key, f"{now_ms}{call.method}{target}{call.body}")
            passphrase = credentials.passphrase
            headers += [
                ("ACCESS-KEY", credentials.api_key.reveal()),
                ("ACCESS-SIGN", signature),
                ("ACCESS-TIMESTAMP", str(now_ms)),
                ("ACCESS-PASSPHRASE", passphrase.reveal() if passphrase else ""),
            ]
            hidden = (signature,)
        return SignedRest(call.method, target, tuple(headers), call.body.encode(), hidden)

    def socket_headers(self) -> tuple[tuple[str, str], ...]:
        return ()

    def login(self, credentials: Credentials, now_ms: int) -> SocketText:
        """Raises VenueError: no socket is used."""
        raise VenueError(Verdict.REFUSED, "", "Bitget is spoken to over REST alone")

    def encode(self, call: SocketCall, request_id: str) -> str:
        """Raises VenueError: no socket is used."""
        raise VenueError(Verdict.REFUSED, "", "Bitget is spoken to over REST alone")

    def read_socket(self, data: bytes | str) -> SocketRead:
        return SocketRead("", 0, Unreadable("Bitget is spoken to over REST alone"))

    def failed(self, message: JsonObject) -> bool:
        return message.get("code") != OK

    def limited(self, reply: Reply) -> bool:
        try:
            return read_envelope(reply).code == LIMITED
        except VenueError as error:
            return error.code == LIMITED

    def limit(self, call: Call) -> RateLimit | None:
        return limit_of(call)

    def read_limit(self, call: Call) -> RateLimit | None:
        return READ_LIMITS.get(call.path) if isinstance(call, RestCall) else None

    # --- exchanges ---

    def venue_time(self) -> Exchange[int]:
        (reply,) = yield (RestCall("GET", "/api/v2/public/time", signed=False),)
        stamp = int_of(object_of(data_of(reply)).get("serverTime"))
        if stamp is None:
            raise VenueError(Verdict.UNKNOWN, "", "the venue's time did not come")
        return stamp

    def probe(self) -> Exchange[Profile]:
        """What the key may do, from the account info, which needs no permission of its own.

        Raises VenueError; of a classic account, REFUSED with a code that says so: this call is
        refused there like every other of the unified account, so it also tells the account mode.
        `account/settings` would name the mode (unified, hybrid, upgrading, switching), but takes
        the permission to manage the account, which a key for trading has no need of; it is not
        asked. Nothing tells whether the countdown is enabled for the account.
        """
        (reply,) = yield (RestCall("GET", "/api/v3/account/info"),)
        info = object_of(data_of(reply))
        granted = info.get("permissions")
        if not isinstance(granted, list):
            return Profile(warnings=("the venue does not say what the key may do",))
        names = {text_of(name) for name in granted}
        writes = text_of(info.get("permType")).replace("_", "-") != "read-only"
        return Profile(can_trade="uta_trade" in names and writes, can_withdraw="withdraw" in names)

    def read_book(self, profile: Profile, kinds: tuple[str, ...]) -> Exchange[Book]:
        return read_book(kinds, self._categories)

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
        progress = progress or Progress()
        if scope.orders:
            return (yield from cancel_chosen(scope.orders, progress))
        if action.id == STRATEGY_ORDERS.id:
            return (yield from cancel_strategy(self._categories, scope, book, progress))
        return (yield from cancel_categories(action.kinds, scope, book, progress, lately))

    def set_timer(self, profile: Profile, timer: str, countdown_s: int) -> Exchange[Ack]:
        """Starts or refreshes the countdown, or switches it off with 0.

        The answer is the same for all of these, and the timer cannot be read back.
        """
        if timer != TIMER.id:
            raise VenueError(Verdict.REFUSED, "", "Bitget has no such timer")
        check_countdown(TIMER, countdown_s)
        (reply,) = yield (trade_call("countdown-cancel-all", {"countdown": str(countdown_s)}),)
        return timer_ack(reply)

    # --- facts ---

    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        return KINDS

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        return (ORDERS, STRATEGY_ORDERS) if self._cancels_strategy else (ORDERS,)

    @property
    def _categories(self) -> tuple[str, ...]:
        """Those that the account has: strategy orders are in them as well."""
        return tuple(one for one in CATEGORIES if one not in self._account.absent)

    @property
    def _cancels_strategy(self) -> bool:
        return STRATEGY_ORDERS.id in self._account.extras


def signed(secret: Secret, text: str) -> str:
    """HMAC-SHA256 of `text`, base64."""
    digest = hmac.digest(secret.reveal().encode(), text.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()
