"""What the server must know of a simulated venue: its accounts, and what listens where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import Scope

    from tui.simulator.accounts import Account
    from tui.simulator.rate_limits import Limits


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the routes of a venue are given."""

    accounts: Mapping[str, Account]
    """The venue's own, by name."""
    abort: Callable[[Scope], None]
    """Resets a connection without a word to the client."""
    public_limits: Limits
    """The budgets of calls that carry no key."""
    keepalive_s: float


@dataclass(frozen=True, slots=True)
class SimulatedVenue:
    """One line of the registry."""

    name: str
    demo_accounts: Callable[[], tuple[Account, ...]]
    """With fresh credentials and empty books."""
    routes: Callable[[Wiring], tuple[BaseRoute, ...]]
    keepalive_s: float
    """The time that the venue's keep-alive is about: between its pings, or until it hangs up on a
    client that is silent."""
