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
    """How this account speaks with its venue, which exists if the account has no `problem`."""
    return VENUES[account.venue].dialect(account)


def title_of(account: Account) -> str:
    """The venue's name as it is written; a question mark where the settings name no such venue."""
    return VENUES[account.venue].spec.title if account.venue in VENUES else "?"
