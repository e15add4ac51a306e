"""How each venue speaks, sans-IO: bytes in, meaning out.

A new venue is a folder here and a line in `VENUES`, a folder in the simulator and a line in its
registry, and their tests. `tests/imagined` is one that does not exist.
"""

from tui.core.accounts import Account
from tui.core.orders import Kind
from tui.venues.base.protocol import Venue, VenueAdapter
from tui.venues.base.specs import Profile
from tui.venues.bitget.adapter import BITGET, Bitget
from tui.venues.common.without import Without
from tui.venues.htx.adapter import HTX, Htx
from tui.venues.okx.adapter import OKX, Okx

VENUES: dict[str, Venue] = {
    venue.spec.id: venue for venue in (Venue(HTX, Htx), Venue(OKX, Okx), Venue(BITGET, Bitget))
}


def adapter_for(account: Account) -> VenueAdapter:
    """How this account speaks with its venue, which exists if the account has no `problem`."""
    adapter = VENUES[account.venue].adapter(account)
    return Without(adapter, account.absent) if account.absent else adapter


def profiles_of(account: Account) -> tuple[Profile, ...]:
    """What the account may turn out to be: of its family, or of any of the venue's."""
    families = (
        VENUES[account.venue].spec.families if account.family == "auto" else (account.family,)
    )
    return tuple(Profile(one) for one in families if one != "auto") or (Profile(),)


def kinds_of(venue: str) -> tuple[Kind, ...]:
    """Every kind of order that an account of the venue can have."""
    account = Account("", venue, VENUES[venue].spec.rest_url)
    adapter = adapter_for(account)
    found = (kind for profile in profiles_of(account) for kind in adapter.kinds(profile))
    return tuple({kind.id: kind for kind in found}.values())


def demo_accounts() -> tuple[tuple[str, str, str], ...]:
    """Name, venue and the venue's title of each account of the demo desk."""
    return tuple(
        (name, venue.spec.id, venue.spec.title)
        for venue in VENUES.values()
        for name in venue.spec.demo_accounts
    )


def title_of(account: Account) -> str:
    """The venue's name as it is written; a question mark where the settings name no such venue."""
    return VENUES[account.venue].spec.title if account.venue in VENUES else "?"


def timer_label(timer: str) -> str:
    """A short name that tells the timers of an account apart: `spreads` for `okx-sprd`."""
    specs = (spec for venue in VENUES.values() for spec in venue.spec.timers)
    return next((spec.label for spec in specs if spec.id == timer and spec.label), timer)
