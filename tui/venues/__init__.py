"""How each venue speaks, sans-IO: bytes in, meaning out.

A new venue is one file here, one line in `VENUES`, one file in the simulator, and their tests.
"""

from tui.core.accounts import Account
from tui.venues.base import Dialect, Venue
from tui.venues.bitget import BITGET, Bitget
from tui.venues.htx import HTX, Htx
from tui.venues.okx import OKX, Okx

VENUES: dict[str, Venue] = {
    venue.spec.id: venue for venue in (Venue(HTX, Htx), Venue(OKX, Okx), Venue(BITGET, Bitget))
}


def dialect_of(account: Account) -> Dialect:
    """How this account speaks with its venue. The settings have checked that the venue exists."""
    return VENUES[account.venue].dialect(account)
