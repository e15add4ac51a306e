"""Other people's clients, pointed at a simulator and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ccxt
import pytest


def _credentials(account: dict[str, str], secret: str) -> dict[str, Any]:
    # The client's own throttle would only slow the tests down; the server keeps its limits.
    return {
        "apiKey": account["api_key"],
        "secret": secret or account["secret_key"],
        "password": account.get("passphrase", ""),
        "enableRateLimit": False,
    }


@pytest.fixture
def ccxt_okx(simulator: Any) -> Callable[..., Any]:
    def make(secret: str = "") -> Any:
        exchange = ccxt.okx(_credentials(simulator.accounts["okx-desk"], secret))
        # Never the sandbox mode: it would put the real addresses back.
        exchange.urls["api"] = {"rest": simulator.url}
        return exchange

    return make


@pytest.fixture
def ccxt_bitget(simulator: Any) -> Callable[..., Any]:
    def make(secret: str = "") -> Any:
        exchange = ccxt.bitget(_credentials(simulator.accounts["bitget-uta"], secret))
        exchange.urls["api"] = dict.fromkeys(exchange.urls["api"], simulator.url)
        exchange.options["uta"] = True
        return exchange

    return make


@pytest.fixture
def ccxt_htx(simulator: Any) -> Callable[..., Any]:
    def make(account: str, secret: str = "") -> Any:
        exchange = ccxt.htx(_credentials(simulator.accounts[account], secret))
        exchange.urls["hostnames"] = {"contract": simulator.host, "spot": simulator.host}
        exchange.urls["api"] = dict.fromkeys(exchange.urls["api"], "http://{hostname}")
        return exchange

    return make
