"""ccxt, pointed at the simulator and nowhere else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ccxt.async_support as ccxt

from tests.bench.signing import Keys


def ccxt_client(url: str, keys: Keys, *, limiter: bool = True) -> Any:
    """A client of that account, as it comes but for the addresses."""
    given: dict[str, Any] = {
        "apiKey": keys["api_key"],
        "secret": keys["secret_key"],
        "password": keys.get("passphrase", ""),
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
