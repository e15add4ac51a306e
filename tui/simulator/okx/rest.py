"""OKX over REST: spread trading, block trading, the order book's lists, timers, and the probes.

https://www.okx.com/docs-v5/en/ . HTTP status by code as in its error table; an unknown key
answers HTTP 401 without `data`, as seen live. The calls are in `endpoints`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.simulator.faults import HOSTILE_TEXT
from tui.simulator.http import Call, Reply, reply
from tui.simulator.okx import auth, orders
from tui.simulator.okx.endpoints import PUBLIC, SIGNED, Arguments, Endpoint
from tui.simulator.okx.orders import Refusal, Row, refusal

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.faults import Fault
    from tui.simulator.rate_limits import Limits

STATUS = {"50026": 500, "50001": 503, "50115": 405, "50035": 403, "50005": 410}
BAD_REQUEST = {"50000", "50002", "50004", "50006", "50014", "50015", "50016", "50100", "51000"}
PRODUCT_OF = {"sprd": "spread", "rfq": "block", "trade": "trade"}
"""By the third part of a path."""
TOO_MANY = {"50011", "50013"}


def status_of(code: str) -> int:
    """The HTTP status that OKX's table gives a code."""
    if code in BAD_REQUEST:
        return 400
    if code in TOO_MANY:
        return 429
    if code.startswith("501") and code not in {"50115", "50120", "50121"}:
        return 401
    return STATUS.get(code, 200)


# --- the venue --------------------------------------------------------------------------------


def _error(code: str, text: str, rows: tuple[Row, ...] = ()) -> Reply:
    return reply({"code": code, "msg": text, "data": list(rows)}, status_of(code))


class OkxRest:
    """Every signed or public OKX path."""

    def __init__(self, accounts: Mapping[str, Account], public_limits: Limits) -> None:
        self._accounts = accounts
        self._public = public_limits

    def account_of(self, call: Call) -> Account | None:
        return auth.by_key(self._accounts, call.headers.get("ok-access-key", ""))

    def public(self, call: Call) -> list[Account]:
        return list(self._accounts.values()) if call.path in PUBLIC else []

    def respond(self, call: Call) -> Reply:
        try:
            rows = self._public_rows(call) if call.path in PUBLIC else self._rows(call)
        except auth.Refused as wrong:
            return reply({"msg": wrong.text, "code": wrong.code}, wrong.status)
        except Refusal as refused:
            return _error(refused.code, refused.text, refused.rows)
        if rows is None:
            return reply({"code": "404", "msg": "Not Found", "data": []}, 404)
        return reply({"code": "0", "msg": "", "data": rows})

    def refuse(self, call: Call, fault: Fault) -> Reply:
        code, text = {
            "rate_limit": ("50011", orders.TEXTS["50011"]),
            "auth_refused": ("50113", "Invalid Sign"),
            "maintenance": ("50001", "Service temporarily unavailable. Try again later"),
            "hostile_text": ("51000", HOSTILE_TEXT),
        }.get(fault.kind, ("59999", "Unknown."))
        return _error(code, text)

    def _public_rows(self, call: Call) -> list[Row]:
        rate, run = PUBLIC[call.path]
        if not self._public.take(call.path, rate):
            raise refusal("50011")
        return run()

    def _rows(self, call: Call) -> list[Row] | None:
        endpoint = SIGNED.get(call.path)
        if endpoint is None:
            return None
        if call.method != endpoint.method:
            raise Refusal("50115", "Invalid request method")
        account = auth.verify_call(self._accounts, call)
        orders.check_product(account, PRODUCT_OF.get(call.path.split("/")[3], ""))
        if not account.limits.take(call.path, endpoint.rate):
            raise refusal("50011")
        arguments = call.parameters if call.method == "GET" else _body(call, endpoint)
        return endpoint.run(account, arguments, call.fault)


def _body(call: Call, endpoint: Endpoint) -> Arguments:
    if not call.headers.get("content-type", "").startswith("application/json"):
        raise Refusal("50006", "Invalid Content-Type, please use the application/json format")
    if not call.body:
        if endpoint.bodiless:
            return {}
        raise Refusal("50000", "Body for POST request cannot be empty")
    try:
        body = call.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise refusal("50002")
    return body
