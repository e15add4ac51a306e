"""OKX's business socket, `/ws/v5/business`: login, spread cancels, and the two order channels.

https://www.okx.com/docs-v5/en/#overview-websocket and #spread-trading-websocket-trade-api.
Choices where the documents are silent: over the limit answers 60014 without an id, as seen
live; a bad id or unreadable message 60012 and an unknown op 60019, both without an id; an
empty or unfit `args` 60013; `sprdId` "" 60033; a failed login closes with 4001.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.simulator.faults import GARBAGE, HOSTILE_TEXT
from tui.simulator.http import compact
from tui.simulator.okx import auth
from tui.simulator.okx import orders as okx_orders
from tui.simulator.okx.orders import Refusal, Row
from tui.simulator.rate_limits import Rate
from tui.simulator.websocket import LoginLost, LoginRefused, Socket

if TYPE_CHECKING:
    from starlette.types import Scope
    from starlette.websockets import WebSocket

    from tui.simulator.accounts import Account
    from tui.simulator.faults import Fault
    from tui.simulator.order_book import Order

REQUEST_ID = re.compile(r"[A-Za-z0-9]{1,32}")
CHANNELS = {"sprd-orders": "spread", "quotes": "quote"}
ELSEWHERE = frozenset({"order", "batch-orders", "cancel-order", "amend-order", "mass-cancel"})
SESSION_RATE = Rate(480, 3600)

LOGIN_FAILED = 4001
NO_DATA = 4004

Message = dict[str, object]


def _mass_cancel(account: Account, argument: Mapping[str, object], fault: str) -> list[Row]:
    spread = argument.get("sprdId")
    if spread is not None and not isinstance(spread, str):
        raise Refusal("60013", "Invalid args")
    if spread == "":
        raise Refusal("60033", "Parameter sprdId error")
    return okx_orders.mass_cancel(account, spread or "", fault)


def _cancel_order(account: Account, argument: Mapping[str, object], fault: str) -> list[Row]:
    row = okx_orders.cancel_spread_order(account, argument, fault)
    if row["sCode"] != "0":
        raise Refusal("1", "", (row,))
    return [row]


OPERATIONS: dict[str, tuple[Callable[[Account, Mapping[str, object], str], list[Row]], str, Rate]]
OPERATIONS = {
    "sprd-mass-cancel": (_mass_cancel, "ws sprd-mass-cancel", Rate(5, 2)),
    # This one shares its limit with REST, as its page says.
    "sprd-cancel-order": (_cancel_order, "/api/v5/sprd/cancel-order", Rate(20, 2)),
}


class OkxSocket(Socket):
    """One business connection; dropped after `idle_s` seconds without data either way."""

    def __init__(
        self,
        websocket: WebSocket,
        abort: Callable[[Scope], None],
        accounts: Mapping[str, Account],
        idle_s: float,
    ) -> None:
        super().__init__(websocket, abort)
        self._accounts = accounts
        self._idle_s = idle_s
        self._environment = websocket.headers.get(auth.ENVIRONMENT, "0")
        self._traffic = asyncio.Event()
        self._connection_id = secrets.token_hex(4)
        self._channels: list[Mapping[str, str]] = []
        self._stop_listening: Callable[[], None] | None = None
        self._session_ops = 0

    async def keep(self) -> None:
        with suppress(TimeoutError):
            while True:
                self._traffic.clear()
                async with asyncio.timeout(self._idle_s):
                    await self._traffic.wait()
        self.hang_up(NO_DATA)

    def gone(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
        super().gone()

    def say(self, message: Message, delay_ms: int = 0) -> None:
        self.put(compact(message), delay_ms)
        self._traffic.set()

    def heard(self, text: str | None) -> None:
        self._traffic.set()
        if text == "ping":
            if self.account is None or self.account.faults.take(op="ping") is None:
                self.put("pong")
            return
        try:
            message = json.loads(text or "")
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self._event_error("60012", f"Invalid request: {text}")
            return
        op = message.get("op")
        if op in ("login", "subscribe", "unsubscribe"):
            self._session(str(op), message)
        elif self.account is None:
            self._event_error("60011", "Please log in")
        elif op in ELSEWHERE:
            self._event_error("60028", "This operation is not supported by this URL")
        elif isinstance(op, str) and op in OPERATIONS:
            self._command(self.account, op, message)
        else:
            self._event_error("60019", "Invalid op: {" + str(op) + "}")

    def _event_error(
        self, code: str, text: str, delay_ms: int = 0, echo: Message | None = None
    ) -> None:
        error = {"event": "error", "code": code, "msg": text, "connId": self._connection_id}
        self.say({**(echo or {}), **error}, delay_ms)

    # --- session ------------------------------------------------------------------------------

    def _session(self, op: str, message: Mapping[str, object]) -> None:
        self._session_ops += 1
        arguments = _objects(message.get("args"))
        if self._session_ops > SESSION_RATE.limit:
            self._event_error("60014", "Requests too frequent")
        elif not arguments:
            self._event_error("60013", "Invalid args")
        elif op == "login":
            self._login(arguments)
        elif self.account is None:
            self._event_error("60011", "Please log in")
        else:
            echo = {"id": message["id"]} if "id" in message else {}
            for argument in arguments:
                self._channel(op, argument, echo)

    def _login(self, arguments: list[Mapping[str, object]]) -> None:
        if self.account is not None or len(arguments) != 1:
            self._event_error("60031", "Multiple or repeated logins are not allowed")
            return
        try:
            account = auth.verify_login(self._accounts, arguments[0], self._environment)
            delay_ms = self.login_fault(account, "login")
        except LoginLost:
            return
        except LoginRefused:
            self._login_refused("60009", "Login failed.")
            return
        except auth.Refused as wrong:
            self._login_refused(wrong.code, wrong.text)
            return
        self.belongs_to(account)
        self._stop_listening = account.book.listen(self._push)
        success: Message = {"event": "login", "code": "0", "msg": ""}
        self.say(success | {"connId": self._connection_id}, delay_ms)

    def _login_refused(self, code: str, text: str) -> None:
        self._event_error(code, text)
        self.hang_up(LOGIN_FAILED)

    def _channel(self, op: str, argument: Mapping[str, object], echo: Message) -> None:
        texts = {name: str(value) for name, value in argument.items()}
        if texts.get("channel") not in CHANNELS:
            shown = texts.get("channel")
            text = f"Wrong URL or channel:{shown} doesn't exist. Please use the correct URL."
            self._event_error("60018", text, echo=echo)
            return
        self._channels = [channel for channel in self._channels if channel != texts]
        if op == "subscribe":
            self._channels.append(texts)
        self.say({**echo, "event": op, "arg": texts, "connId": self._connection_id})

    def _push(self, orders: list[Order]) -> None:
        for channel in self._channels:
            kind = CHANNELS[channel["channel"]]
            for order in orders:
                if (
                    order.kind != kind
                    or channel.get("sprdId", order.instrument) != order.instrument
                ):
                    continue
                self.say({"arg": {**channel, "uid": self._uid()}, "data": [_pushed(order)]})

    def _uid(self) -> str:
        return self.account.uid if self.account is not None else ""

    # --- commands -----------------------------------------------------------------------------

    def _command(self, account: Account, op: str, message: Message) -> None:
        request_id = message.get("id")
        if not isinstance(request_id, str) or not REQUEST_ID.fullmatch(request_id):
            self._event_error("60012", f"Invalid request: {compact(message)}")
            return
        fault = account.faults.take(op=op)
        if fault is None:
            self._answer(account, op, message, "", 0)
        elif fault.kind in ("delay", "accept_only", "partial"):
            self._answer(account, op, message, fault.kind, fault.delay_ms)
        else:
            if fault.executed:
                self._execute(account, op, message, fault.kind)
            self._spoil(fault, op, request_id)

    def _answer(
        self, account: Account, op: str, message: Message, fault: str, delay_ms: int
    ) -> None:
        _, bucket, rate = OPERATIONS[op]
        if not account.limits.take(bucket, rate):
            self._event_error("60014", "Requests too frequent", delay_ms)
            return
        self.say(self._execute(account, op, message, fault), delay_ms)

    def _execute(self, account: Account, op: str, message: Message, fault: str) -> Message:
        run = OPERATIONS[op][0]
        arguments = message.get("args")
        head: Message = {"id": message["id"], "op": op}
        try:
            if not isinstance(arguments, list) or len(arguments) != 1:
                raise Refusal("60013", "Invalid args")
            if not isinstance(arguments[0], dict):
                raise Refusal("60013", "Invalid args")
            okx_orders.check_product(account, "spread")
            rows = run(account, arguments[0], fault)
        except Refusal as refused:
            rows = list(refused.rows)
            return {**head, "data": rows, "code": refused.code, "msg": refused.text}
        return {**head, "data": rows, "code": "0", "msg": ""}

    def _spoil(self, fault: Fault, op: str, request_id: str) -> None:
        head: Message = {"id": request_id, "op": op, "data": []}
        match fault.kind:
            case "ignore":
                pass
            case "drop" | "html_502":
                asyncio.get_running_loop().call_later(fault.delay_ms / 1000, self.cut)
            case "garbage":
                self.put(GARBAGE.decode(), fault.delay_ms)
            case "rate_limit":
                self._event_error("60014", "Requests too frequent", fault.delay_ms)
            case "auth_refused":
                self._event_error("60011", "Please log in", fault.delay_ms)
            case kind:
                code, text = {
                    "http_500": ("64007", "Operation failed. WebSocket internal error."),
                    "maintenance": ("50001", "Service temporarily unavailable. Try again later"),
                    "hostile_text": ("60012", HOSTILE_TEXT),
                }.get(kind, ("69999", "Unknown."))
                self.say({**head, "code": code, "msg": text}, fault.delay_ms)


def _objects(arguments: object) -> list[Mapping[str, object]]:
    """`args` as a list of objects; an empty one if it is anything else."""
    if not isinstance(arguments, list):
        return []
    objects: list[Mapping[str, object]] = [one for one in arguments if isinstance(one, dict)]
    return objects if len(objects) == len(arguments) else []


def _pushed(order: Order) -> Row:
    if order.kind == "quote":
        return okx_orders.quote_row(order)
    extra: Row = {"code": "0", "msg": "", "reqId": "", "amendResult": ""}
    return okx_orders.spread_row(order) | extra
