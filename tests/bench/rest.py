"""REST cancels from a program that is warm: one, and five at once.

killdesk's service, ccxt as it comes, ccxt without its rate limiter and plain httpx, each in a
process of its own with an OKX and a Bitget account of its own, take turns; the simulator is another
process. One cancel takes all of OKX's quotes. Five cancels are one press on Bitget: each of its
five categories has a call of its own, and counted is until the last of them is acknowledged. ccxt
and httpx send the five with `asyncio.gather`. After each press killdesk goes on to read the book,
which is not counted, and is waited for.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from tests.bench.contender import Contender, Running, in_turns
from tests.bench.figures import Effort, Failed, Line, Spread
from tests.bench.live import live
from tests.bench.peers import CATEGORIES, ccxt_client
from tests.bench.signing import bitget_headers, okx_headers
from tests.bench.simulator import simulator

QUOTES = "/api/v5/rfq/cancel-all-quotes"
CATEGORY = "/api/v3/trade/cancel-symbol-order"
EACH_S = 2.0
"""The venues take two in two seconds of the one, and five a second of the other."""
_HANDED = "killdesk's figure has the way to the service's thread and the beginning of a run in it"
NOTES = {
    "ccxt async, its defaults": "ccxt's limiter lets a call wait for what the one before it cost, "
    "however long ago that was",
    "ccxt async, limiter off": _HANDED,
    "plain httpx": _HANDED,
}
NAMES = ("killdesk", "ccxt async, its defaults", "ccxt async, limiter off", "plain httpx")
WHAT = {"one": "REST cancel, warm", "five": "the fifth of five REST cancels at once"}


def lines(effort: Effort) -> Iterator[Line]:
    rounds = effort.of(20, 5)
    numbers = range(len(NAMES))
    options = [f"--account=okx-{n}=okx" for n in numbers]
    options += [f"--account=bitget-{n}=bitget" for n in numbers]
    with simulator(*options) as venue, ExitStack() as all_of:
        contenders = [
            all_of.enter_context(Contender(name, make, venue.greeting, number))
            for number, (name, make) in enumerate(
                zip(NAMES, (KilldeskRest, CcxtRest, CcxtRest, HttpxRest), strict=True)
            )
        ]
        took: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds + 1):
            next_s = time.monotonic() + EACH_S
            for n in numbers:
                venue.post("orders", account=f"okx-{n}", kind="quote")
                for category in CATEGORIES:
                    venue.post("orders", account=f"bitget-{n}", kind=category)
            for what in WHAT:
                for one in in_turns(contenders):
                    each_ms = one.go(what)
                    if number:  # the first is for warming up
                        took.setdefault((what, one.name), []).append(each_ms)
            time.sleep(max(0.0, next_s - time.monotonic()))
    for what, words in WHAT.items():
        for name in NAMES[1:]:
            ours, theirs = took[what, NAMES[0]], took[what, name]
            note = NOTES.get(name, "")
            yield Line(words, "ms", Spread.of(ours), name, Spread.of(theirs), note=note)


# --- the contenders, each in its own process ------------------------------------------------------


@contextmanager
def KilldeskRest(greeting: str, number: int) -> Iterator[Any]:  # noqa: N802  made as the others
    class Rest:
        def go(self, what: str) -> float:
            if what == "one":
                return desk.cancel(f"okx-{number}", "quotes", 1)[1]
            return desk.cancel(f"bitget-{number}", "orders", len(CATEGORIES))[1]

    with live(greeting, [f"okx-{number}", f"bitget-{number}"]) as desk:
        yield Rest()


class _Script:
    """What the others have in common."""

    def __init__(self, greeting: str, number: int) -> None:
        told = json.loads(greeting)
        keys = {one["name"]: one for one in told["accounts"]}
        self.url: str = told["url"]
        self.okx_keys, self.bitget_keys = keys[f"okx-{number}"], keys[f"bitget-{number}"]
        self.number = number

    def __enter__(self) -> _Script:
        self.runner = Running()
        self.runner.run(self.open())
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.close())
        self.runner.close()

    def go(self, what: str) -> float:
        return self.runner.run(self._timed(what))

    async def _timed(self, what: str) -> float:
        begun_s = time.perf_counter()
        if what == "one":
            await self.one()
        else:
            await asyncio.gather(*map(self.category, CATEGORIES))
        return (time.perf_counter() - begun_s) * 1000

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def one(self) -> None: ...

    async def category(self, category: str) -> None: ...


class CcxtRest(_Script):
    """ccxt raises for an answer that is a no."""

    async def open(self) -> None:
        limiter = "defaults" in NAMES[self.number]
        self._okx = ccxt_client(self.url, self.okx_keys, limiter=limiter)
        self._bitget = ccxt_client(self.url, self.bitget_keys, limiter=limiter)

    async def close(self) -> None:
        await self._okx.close()
        await self._bitget.close()

    async def one(self) -> None:
        await self._okx.privatePostRfqCancelAllQuotes()

    async def category(self, category: str) -> None:
        await self._bitget.privateUtaPostV3TradeCancelSymbolOrder({"category": category})


class HttpxRest(_Script):
    """An `AsyncClient`, signatures by hand."""

    async def open(self) -> None:
        self._http = httpx.AsyncClient(base_url=self.url, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def one(self) -> None:
        await self._post(QUOTES, "{}", okx_headers(self.okx_keys, "POST", QUOTES, "{}"), "0")

    async def category(self, category: str) -> None:
        body = json.dumps({"category": category})
        headers = bitget_headers(self.bitget_keys, "POST", CATEGORY, body)
        await self._post(CATEGORY, body, headers, "00000")

    async def _post(self, path: str, body: str, headers: dict[str, str], good: str) -> None:
        answer = await self._http.post(path, content=body, headers=headers)
        if answer.json()["code"] != good:
            raise Failed(answer.text)
