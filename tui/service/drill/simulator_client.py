"""The controls of a simulator on this machine: its orders, and what its venues have open."""

from __future__ import annotations

from typing import Any, TypeAlias

from tui.service.network.http_client import LocalServer

TIMEOUT_S = 10.0
State: TypeAlias = dict[str, dict[str, object]]
"""By account: what `GET /sim/state` says of it."""


class SimulatorControl:
    """Asks one simulator. Every call blocks, and raises OSError where it does not answer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._server = LocalServer(url, TIMEOUT_S)
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
        found: dict[str, Any] = self._server.get("/sim/state")
        return found

    def rest(self, account: str, kind: str, count: int) -> None:
        """Rests so many new orders of a kind."""
        self._server.post("/sim/orders", {"account": account, "kind": kind, "count": count})
        self._changes += 1
