"""`/sim/...`: looking into the simulator, resting orders, making faults, starting over.

`GET /sim/orders` lists what rests, by account: `id`, `kind`, `instrument`, `side`, `offset` and
`created_ms` of each order. `DELETE /sim/faults` takes every pending fault away.

`POST /sim/orders` with `contracts` spreads orders over so many other contracts, for kinds of order
that have them.

`POST /sim/orders` with `every_ms` and `for_ms` is an algorithm that keeps quoting: it rests `count`
orders now, and as many again every `every_ms` for `for_ms` or until a reset. With `instrument` they
all rest in that one; in some there are no orders otherwise. Where the venue places orders of a kind
in categories, `category` names one; without it they rest in the venue's usual one.

`POST /sim/products` with `refused` sets which products the venue refuses to an account, by name:
their calls then get the venue's own refusal, until a reset. The error for a wrong name lists them.

`POST /sim/keys` with `paper` makes an account's key one for paper trading or a live one, until a
reset; the venue refuses a key of the other environment.

`changes` in `GET /sim/state` counts the calls that changed something, so that whoever runs a drill
notices that somebody else did. A web page is refused: a browser says where a call comes from
(`Origin`, `Sec-Fetch-Site`), and a page that lies about its host's address says a foreign `Host`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from tui.simulator import faults
from tui.simulator.faults import Fault

if TYPE_CHECKING:
    from starlette.requests import Request

    from tui.simulator.accounts import Account
    from tui.simulator.order_book import Book, Order
    from tui.simulator.rate_limits import Limits

MOST_ORDERS = 5_000
QUOTE_STATES = ("live", "pending_fill", "filled", "expired", "failed")

Body = Mapping[str, object]
_Answer = Callable[["Request"], Awaitable[JSONResponse]]


class Unfit(Exception):
    """The body of a control call is not what it must be; the text says so in one sentence."""


class Control:
    """The control calls over the demo accounts."""

    def __init__(self, accounts: Mapping[str, Account], orders: int, public_limits: Limits) -> None:
        self._accounts = accounts
        self._orders = orders
        self._public_limits = public_limits
        self._quoting: set[asyncio.Task[None]] = set()
        self._changes = 0

    def routes(self) -> list[Route]:
        calls: tuple[tuple[str, str, _Answer], ...] = (
            ("GET", "/sim/state", self._state),
            ("POST", "/sim/orders", self._posted(self._rest)),
            ("GET", "/sim/orders", self._open_orders),
            ("POST", "/sim/faults", self._posted(self._fault)),
            ("DELETE", "/sim/faults", self._no_faults),
            ("POST", "/sim/products", self._posted(self._refuse)),
            ("POST", "/sim/keys", self._posted(self._key)),
            ("POST", "/sim/reset", self._reset),
        )
        return [Route(path, self._guarded(call), methods=[verb]) for verb, path, call in calls]

    def _guarded(self, answer: _Answer) -> _Answer:
        """Refuses a call from a web page; counts those that change something."""

        async def guarded(request: Request) -> JSONResponse:
            refusal = _from_a_page(request)
            if refusal:
                return JSONResponse({"error": refusal}, 403)
            answered = await answer(request)
            if request.method not in ("GET", "HEAD") and answered.status_code < 400:
                self._changes += 1
            return answered

        return guarded

    def reset(self) -> None:
        """Every account as at the start: same credentials, as many orders, nothing armed."""
        self._public_limits.clear()
        for algorithm in self._quoting:
            algorithm.cancel()
        for account in self._accounts.values():
            account.reset(self._orders)

    def _posted(self, run: Callable[[Body], object]) -> _Answer:
        async def answer(request: Request) -> JSONResponse:
            try:
                body = json.loads(await request.body())
                if not isinstance(body, dict):
                    raise Unfit("The body must be a JSON object.")
                return JSONResponse(run(body))
            except ValueError:
                return JSONResponse({"error": "The body is not valid JSON."}, 400)
            except Unfit as unfit:
                return JSONResponse({"error": str(unfit)}, 400)

        return answer

    async def _state(self, _request: Request) -> JSONResponse:
        return JSONResponse(self.state())

    def state(self) -> dict[str, object]:
        accounts = {name: account.state() for name, account in self._accounts.items()}
        return {"accounts": accounts, "changes": self._changes}

    async def _reset(self, _request: Request) -> JSONResponse:
        self.reset()
        return JSONResponse(self.state())

    async def _open_orders(self, _request: Request) -> JSONResponse:
        accounts = self._accounts.items()
        return JSONResponse({"accounts": {name: _shown(a.book.open()) for name, a in accounts}})

    async def _no_faults(self, _request: Request) -> JSONResponse:
        for account in self._accounts.values():
            account.faults.clear()
        return JSONResponse({"pending": 0})

    def _rest(self, body: Body) -> object:
        account = self._account(body)
        kind = body.get("kind")
        if kind not in account.book.kinds:
            raise Unfit(f"kind must be one of {', '.join(account.book.kinds)}.")
        count = _count(body, MOST_ORDERS)
        state = body.get("state", "live")
        if state not in QUOTE_STATES or (state != "live" and kind != "quote"):
            raise Unfit(f"state is for quotes: one of {', '.join(QUOTE_STATES)}.")
        more = account.book.listing(str(kind)).more
        if "contracts" in body and not more:
            raise Unfit(f"contracts is not for {kind} orders.")
        contracts = _count(body, len(more), "contracts") if more and "contracts" in body else 0
        instrument = str(body.get("instrument", ""))
        category = body.get("category", "")
        categories = account.book.categories.get(str(kind), ())
        if category not in ("", *categories):
            named = ", ".join(categories)
            raise Unfit(
                f"category must be one of {named}."
                if named
                else f"category is not for {kind} orders."
            )
        known = account.book.listing(str(category or kind)).names()
        if instrument and instrument not in known:
            raise Unfit(f"instrument must be one of {', '.join(sorted(known))}.")
        again = 0
        if "every_ms" in body or "for_ms" in body:
            every_ms = _count(body, 60_000, "every_ms")
            again = _count(body, 600_000, "for_ms") // every_ms
        account.book.rest(str(kind), count, str(state), contracts, instrument, str(category))
        if again:
            algorithm = asyncio.create_task(
                _quote_again(account.book, str(kind), count, instrument, every_ms / 1000, again)
            )
            self._quoting.add(algorithm)
            algorithm.add_done_callback(self._quoting.discard)
        return account.state()

    def _fault(self, body: Body) -> object:
        account = self._account(body)
        kind = body.get("kind")
        if not isinstance(kind, str) or kind not in faults.KINDS:
            raise Unfit(f"kind must be one of {', '.join(sorted(faults.KINDS))}.")
        path, op = body.get("path", ""), body.get("op", "")
        if not isinstance(path, str) or not isinstance(op, str) or (path and op):
            raise Unfit("path and op must be strings, and only one of them given.")
        delay_ms = body.get("delay_ms", 1000 if kind == "delay" else 0)
        if not isinstance(delay_ms, int) or isinstance(delay_ms, bool) or delay_ms < 0:
            raise Unfit("delay_ms must be a whole number of milliseconds, 0 or more.")
        executed = body.get("executed", kind in faults.EXECUTED_KINDS)
        if not isinstance(executed, bool):
            raise Unfit("executed must be true or false.")
        count = _count(body, 1_000_000)
        if kind == "disconnect":
            cut = list(account.sockets.values())
            for end in cut:
                end()
            return {"closed": len(cut)}
        account.faults.add(Fault(kind, count, path, op, delay_ms, executed))
        return {"pending": count}

    def _refuse(self, body: Body) -> object:
        account = self._account(body)
        refused = body.get("refused")
        if not isinstance(refused, list) or not all(one in account.products for one in refused):
            raise Unfit(f"refused must be a list of: {', '.join(account.products) or 'nothing'}.")
        account.refused = frozenset(refused)
        return {"refused": sorted(account.refused)}

    def _key(self, body: Body) -> object:
        account = self._account(body)
        paper = body.get("paper")
        if not isinstance(paper, bool) or not account.has_paper_keys:
            raise Unfit("paper must be true or false, for an account that has keys of both sorts.")
        account.paper = paper
        return {"paper": paper}

    def _account(self, body: Body) -> Account:
        account = self._accounts.get(str(body.get("account")))
        if account is None:
            raise Unfit(f"account must be one of {', '.join(self._accounts)}.")
        return account


def _from_a_page(request: Request) -> str:
    """Why the call seems to come from a web page, in one sentence; empty if it does not."""
    site = request.headers.get("sec-fetch-site", "none")
    if "origin" in request.headers or site not in ("none", "same-origin"):
        return "The control calls are not for web pages."
    host = request.url.hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    return "" if here else f"The control calls are for this machine, not for the host {host!r}."


def _shown(orders: Iterable[Order]) -> list[dict[str, object]]:
    return [
        {
            "id": order.order_id,
            "kind": order.kind,
            "instrument": order.instrument,
            "side": order.side,
            "offset": order.offset,
            "created_ms": order.created_ms,
        }
        for order in orders
    ]


async def _quote_again(
    book: Book, kind: str, count: int, instrument: str, every_s: float, times: int
) -> None:
    for _ in range(times):
        await asyncio.sleep(every_s)
        book.rest(kind, count, instrument=instrument)


def _count(body: Body, most: int, name: str = "count") -> int:
    count = body.get(name, 1)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= most:
        raise Unfit(f"{name} must be a whole number from 1 to {most}.")
    return count
