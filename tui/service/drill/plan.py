"""What to drill: the accounts as they are today, without anything that opens them."""

from __future__ import annotations

from collections.abc import Sequence

from tui.core.accounts import Account, TimerSettings
from tui.core.desk import AccountView, DeskView
from tui.core.drill import DrillAccount, DrillPlan
from tui.venues import VENUES, adapter_for
from tui.venues.base.specs import Profile

MOST_ORDERS = 20_000
"""Of one account."""


def plan_of_settings(accounts: Sequence[Account], orders: int) -> DrillPlan:
    """Every configured account with `orders` orders, spread over what its buttons reach."""
    usable = (account for account in accounts if not account.problem)
    left_out = ((one.name, one.venue, one.problem) for one in accounts if one.problem)
    configured = tuple(_configured(account, orders) for account in usable)
    return DrillPlan(configured, left_out=tuple(left_out))


def _configured(account: Account, orders: int) -> DrillAccount:
    bare = DrillAccount(
        account.name,
        account.venue,
        _family(account.venue, account.family),
        extras=account.extras,
        timers=account.timers,
        contracts=account.contracts,
    )
    kinds = _reached(bare)
    share, rest = divmod(orders, len(kinds))
    counts = tuple((kind, share + (number < rest)) for number, kind in enumerate(kinds))
    return _with_orders(bare, counts)


def plan_of_view(view: DeskView, *, keep: bool) -> DrillPlan:
    """Every account of the desk with as many orders of each kind as its book has now."""
    seen = tuple(_seen(one) for one in view.accounts if one.venue in VENUES)
    left_out = (
        (one.name, one.venue, one.reason) for one in view.accounts if one.venue not in VENUES
    )
    return DrillPlan(seen, keep, tuple(left_out))


def _seen(account: AccountView) -> DrillAccount:
    spec = VENUES[account.venue].spec
    actions = {action.id for action in account.actions}
    usual = {timer.id for timer in spec.timers if timer.usual}
    bare = DrillAccount(
        account.name,
        account.venue,
        _family(account.venue, account.family),
        extras=tuple(extra.id for extra in spec.extras if extra.id in actions),
        timers=tuple(timer.id for timer in account.timers if timer.id not in usual),
    )
    book = account.book
    counts = ((kind, book.count((kind,)) if book else 0) for kind in _reached(bare))
    return _with_orders(bare, tuple(counts))


def _with_orders(bare: DrillAccount, counts: Sequence[tuple[str, int]]) -> DrillAccount:
    some = tuple((kind, min(count, MOST_ORDERS)) for kind, count in counts if count)
    return DrillAccount(
        bare.name, bare.venue, bare.family, some, bare.extras, bare.timers, bare.contracts
    )


def _family(venue: str, family: str) -> str:
    """The legacy family, which takes more calls, where it is not known which it is."""
    if "legacy" not in VENUES[venue].spec.families:
        return ""
    return "unified" if family == "unified" else "legacy"


def _reached(account: DrillAccount) -> tuple[str, ...]:
    """The kinds that the account's buttons reach whole: not only in contracts that are named."""
    adapter = adapter_for(account_of(account, "http://127.0.0.1", None))
    partly = {extra.id for extra in adapter.spec.extras if extra.most_contracts is not None}
    actions = adapter.actions(Profile(account.family))
    whole = (action for action in actions if action.id not in partly)
    return tuple(dict.fromkeys(kind for action in whole for kind in action.kinds))


def account_of(account: DrillAccount, rest_url: str, ws_url: str | None) -> Account:
    """The account to be drilled, at simulated venues. No guard of the real one comes along."""
    spec = VENUES[account.venue].spec
    held = account.timers or any(timer.usual for timer in spec.timers)
    return Account(
        name=account.name,
        venue=account.venue,
        rest_url=rest_url,
        ws_url=ws_url,
        family=account.family or "auto",
        contracts=account.contracts,
        extras=account.extras,
        deadman=TimerSettings() if held else None,
        timers=account.timers,
    )


def sort_of(account: DrillAccount) -> str:
    """What the simulator must make of it: `okx`, `htx/legacy`."""
    return f"{account.venue}/{account.family}" if account.family else account.venue
