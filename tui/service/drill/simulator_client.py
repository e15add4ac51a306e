"""The controls of a simulator on this machine: its orders, and what its venues have open."""

from __future__ import annotations

import json
import urllib.request
from typing import Any, TypeAlias

TIMEOUT_S = 10.0
State: TypeAlias = dict[str, dict[str, object]]
"""By account: what `GET /sim/state` says of it."""

# No proxy of the environment: it is on this machine.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class SimulatorControl:
    """Asks one simulator. Every call blocks, and raises OSError where it does not answer."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._changes = 0
        """Calls of ours that changed something."""

    def state(self) -> State:
        """What each account has open, and how its timers stand."""
        accounts: State = self._look()["accounts"]
        return accounts

    def changed_by_others(self) -> bool:
        """Whether somebody else has rested orders, made faults or started over."""
        return bool(self._look()["changes"] != self._changes)

    def _look(self) -> dict[str, Any]:
        with _open(f"{self._url}/sim/state", timeout=TIMEOUT_S) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def rest(self, account: str, kind: str, count: int) -> None:
        """Rests so many new orders of a kind."""
        body = json.dumps({"account": account, "kind": kind, "count": count}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}/sim/orders", body, headers)  # noqa: S310
        with _open(request, timeout=TIMEOUT_S):
            self._changes += 1
