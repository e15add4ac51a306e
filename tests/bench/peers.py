"""ccxt, pointed at the simulator and nowhere else."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import ccxt.async_support as ccxt

from tests.bench.signing import Keys

PATIENCE_MS = 60_000
"""Many connections made at once may take long on a busy machine, which is not what is measured."""
CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")


def ccxt_client(url: str, keys: Keys, *, limiter: bool = True) -> Any:
    """A client of that account, as it comes but for the addresses and for its patience."""
    given: dict[str, Any] = {
        "apiKey": keys["api_key"],
        "secret": keys["secret_key"],
        "password": keys.get("passphrase", ""),
        "timeout": PATIENCE_MS,
    }
    if not limiter:
        given["enableRateLimit"] = False
    match keys["venue"]:
        case "okx":
            client = ccxt.okx(given)
            # Never the sandbox mode: it would put the real addresses back.
            client.urls["api"] = {"rest": url}
        case "bitget":
            client = ccxt.bitget(given)
            client.urls["api"] = dict.fromkeys(client.urls["api"], url)
            client.options["uta"] = True
        case _:
            client = ccxt.htx(given)
            host = urlsplit(url).netloc
            client.urls["hostnames"] = {"contract": host, "spot": host}
            client.urls["api"] = dict.fromkeys(client.urls["api"], "http://{hostname}")
    return client


async def cancel_all(client: Any) -> None:
    """Sends the cancels that killdesk sends for this account, all at once."""
    match client.id:
        case "okx":
            await asyncio.gather(
                client.privatePostSprdMassCancel(), client.privatePostRfqCancelAllQuotes()
            )
        case "bitget":
            call = client.privateUtaPostV3TradeCancelSymbolOrder
            await asyncio.gather(*(call({"category": one}) for one in CATEGORIES))
        case _:
            await client.contractPrivatePostV5TradeCancelAllOrders()


async def read_all(client: Any) -> None:
    """Reads what is open, on as many connections as the cancels will need."""
    match client.id:
        case "okx":
            await asyncio.gather(
                client.privateGetSprdOrdersPending(),
                client.privateGetRfqQuotes({"state": "active"}),
            )
        case "bitget":
            call = client.privateUtaGetV3TradeUnfilledOrders
            await asyncio.gather(*(call({"category": one}) for one in CATEGORIES))
        case _:
            await client.contractPrivateGetV5TradeOrderOpens({"limit": 100})
