"""HTX's trade socket, `/linear-swap-trade`: gzip frames out, text frames in, matched by `cid`.

https://www.htx.com/en-us/opend/newApiPages/ (USDT-M, "Websocket Trade"). Replies carry the
remaining trade budget in the body, as production does. After a failed auth the server says
`op: close` and closes; a command before auth is refused with 2002 and the socket stays.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.simulator.faults import GARBAGE, HOSTILE_TEXT
from tui.simulator.http import compact
from tui.simulator.htx import auth as htx_auth
from tui.simulator.htx.cancel import OPERATIONS, TEXTS, Content, Operation, perform, refused
from tui.simulator.htx.rest import RATE, budget
from tui.simulator.order_book import now_ms
from tui.simulator.websocket import LoginLost, LoginRefused, Socket

if TYPE_CHECKING:
    from starlette.types import Scope
    from starlette.websockets import WebSocket

    from tui.simulator.accounts import Account
    from tui.simulator.faults import Fault

MOST_UNANSWERED = 5
SIGNED = ("AccessKeyId", "SignatureMethod", "SignatureVersion", "Timestamp")


class HtxSocket(Socket):
    """One trade connection; pings every `ping_s` seconds."""

    def __init__(
        self,
        websocket: WebSocket,
        abort: Callable[[Scope], None],
        accounts: Mapping[str, Account],
        ping_s: float,
    ) -> None:
        super().__init__(websocket, abort)
        self._accounts = accounts
        self._ping_s = ping_s
        self._path = websocket.scope["raw_path"].decode("ascii")
        self._host = websocket.headers.get("host", "")
        self._unanswered: list[str] = []

    async def keep(self) -> None:
        while len(self._unanswered) < MOST_UNANSWERED:
            stamp = str(now_ms())
            self._unanswered.append(stamp)
            self.say({"op": "ping", "ts": stamp})
            await asyncio.sleep(self._ping_s)
        self._close()

    def say(self, content: Content, delay_ms: int = 0) -> None:
        self.put(gzip.compress(compact(content).encode(), compresslevel=1), delay_ms)

    def heard(self, text: str | None) -> None:
        message = _object(text)
        op = message.get("op")
        if op == "pong":
            self._pong(message)
        elif op == "auth":
            self._auth(message)
        elif isinstance(op, str) and op in OPERATIONS:
            self._command(op, message)
        else:
            self.say({"op": "error", "ts": now_ms()})

    def _close(self) -> None:
        self.say({"op": "close", "ts": now_ms()})
        self.hang_up(1000)

    def _pong(self, message: Mapping[str, object]) -> None:
        stamp = str(message.get("ts"))
        if stamp in self._unanswered:
            self._unanswered.clear()
        else:
            problem = {"err-code": 2011, "err-msg": "Illegal pong."}
            self.say({"op": "pong", "ts": now_ms(), **problem})

    # --- auth ---------------------------------------------------------------------------------

    def _auth(self, message: Mapping[str, object]) -> None:
        echo: Content = {"cid": message["cid"]} if "cid" in message else {}
        if self.account is not None:
            self.say(_auth_failed(2005, "Already authenticated.") | echo)
            return
        try:
            account = self._verified(message)
            delay_ms = self.login_fault(account, "auth")
        except LoginLost:
            return
        except LoginRefused:
            self._auth_refused(2003, htx_auth.BAD_SIGNATURE, echo)
            return
        except htx_auth.Refused as wrong:
            self._auth_refused(wrong.socket_code, wrong.text, echo)
            return
        self.belongs_to(account)
        success: Content = {"op": "auth", "type": "api", "err-code": 0, "ts": now_ms()}
        self.say(success | {"data": {"user-id": account.uid}} | echo, delay_ms)

    def _auth_refused(self, code: int, text: str, echo: Content) -> None:
        self.say(_auth_failed(code, text) | echo)
        self._close()

    def _verified(self, message: Mapping[str, object]) -> Account:
        if message.get("type") != "api":
            raise htx_auth.Refused(0, 2013, "Authentication type does not exist.")
        given = {name: message.get(name) for name in (*SIGNED, "Signature")}
        if not all(isinstance(value, str) and value for value in given.values()):
            raise htx_auth.Refused(0, 2040, "Missing required parameter.")
        texts = {name: str(value) for name, value in given.items()}
        signed = [(name, texts[name]) for name in SIGNED]
        return htx_auth.verify(self._accounts, texts, "GET", self._host, self._path, signed)

    # --- commands -----------------------------------------------------------------------------

    def _command(self, op: str, message: Mapping[str, object]) -> None:
        echo: Content = {"cid": message["cid"]} if "cid" in message else {}
        if self.account is None:
            problem = {"err-code": 2002, "err-msg": "Authentication required."}
            self.say({"op": op, **echo, "ts": now_ms(), **problem})
            return
        operation = OPERATIONS[op]
        fault = self.account.faults.take(op=op)
        if fault is None:
            self.say(self._executed(self.account, operation, message, "") | echo)
            return
        done: Content | None = None
        if fault.executed:
            done = self._executed(self.account, operation, message, fault.kind) | echo
        self._spoil(fault, operation, done, echo)

    def _executed(
        self, account: Account, operation: Operation, message: Mapping[str, object], fault: str
    ) -> Content:
        allowed = account.limits.take("htx-trade", RATE)
        if allowed:
            content = perform(operation, account, message.get("data"), fault)
        else:
            content = refused(1032, TEXTS[1032], v5=operation.v5)
        return content | {"rate_limit": budget(account.limits, "htx-trade")}

    def _spoil(
        self, fault: Fault, operation: Operation, done: Content | None, echo: Content
    ) -> None:
        match fault.kind:
            case "ignore":
                pass
            case "drop" | "html_502":
                asyncio.get_running_loop().call_later(fault.delay_ms / 1000, self.cut)
            case "garbage":
                self.put(gzip.compress(GARBAGE), fault.delay_ms)
            case "http_500":
                self.say({"op": "error", "ts": now_ms()}, fault.delay_ms)
            case kind if done is not None:
                self.say(done, fault.delay_ms)
            case kind:
                code, text = {
                    "rate_limit": (1032, TEXTS[1032]),
                    "auth_refused": (403, htx_auth.BAD_SIGNATURE),
                    "maintenance": (1001, "System is unprepared."),
                    "hostile_text": (1030, HOSTILE_TEXT),
                }.get(kind, (99999, "Unknown."))
                self.say(refused(code, text, v5=operation.v5) | echo, fault.delay_ms)


def _object(text: str | None) -> dict[str, object]:
    """The message as an object; an empty one if it is none."""
    try:
        message = json.loads(text or "")
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _auth_failed(code: int, text: str) -> Content:
    return {"op": "auth", "type": "api", "ts": now_ms(), "err-code": code, "err-msg": text}
