"""The venues that are simulated. A new one is a folder beside these and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.simulator.bitget.venue import BITGET
from tui.simulator.htx.venue import HTX
from tui.simulator.okx.venue import OKX

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.venue import SimulatedVenue

VENUES: dict[str, SimulatedVenue] = {venue.name: venue for venue in (HTX, OKX, BITGET)}


def demo_accounts() -> dict[str, Account]:
    """The demo accounts of all venues with fresh credentials and empty books, by name."""
    return {account.name: account for venue in VENUES.values() for account in venue.demo_accounts()}


def named_account(name: str, sort: str) -> Account:
    """An account like the demo account of that sort, `VENUE` or `VENUE/FAMILY`, under another name.

    Raises KeyError where there is no such sort.
    """
    venue, _, family = sort.partition("/")
    for account in demo_accounts().values():
        if account.venue == venue and family in ("", account.family):
            account.name = name
            return account
    raise KeyError(sort)
