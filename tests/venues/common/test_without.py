"""An account that has none of a product: nothing is asked of it, at any venue."""

from __future__ import annotations

import json

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Ack, Action
from tui.venues import VENUES, adapter_for, kinds_of, profiles_of
from tui.venues.base.messages import Exchange, NoReply, RestCall
from tui.venues.base.specs import Profile

URL = "http://127.0.0.1:1"


def all_calls(exchange: Exchange[Ack]) -> list[RestCall]:
    """The calls of an exchange to a venue that answers nothing."""
    sent: list[RestCall] = []
    try:
        calls = next(exchange)
        while True:
            sent += [call for call in calls if isinstance(call, RestCall)]
            calls = exchange.send(tuple(NoReply("nothing answers", sent=True) for _ in calls))
    except StopIteration:
        return sent


def the_action(account: Account, action: str, profile: Profile) -> Action:
    (found,) = [one for one in adapter_for(account).actions(profile) if one.id == action]
    return found


def test_every_kind_of_a_venue_is_known_by_its_id() -> None:
    for venue in VENUES:
        ids = [kind.id for kind in kinds_of(venue)]
        assert len(ids) == len(set(ids)) > 0
        for profile in profiles_of(Account("a", venue, URL)):
            kinds = adapter_for(Account("a", venue, URL)).kinds(profile)
            assert {kind.id for kind in kinds} <= set(ids)


def test_what_is_absent_is_no_kind_and_leaves_every_action() -> None:
    for venue in VENUES:
        for profile in profiles_of(Account("a", venue, URL)):
            plain = adapter_for(Account("a", venue, URL))
            for absent in plain.kinds(profile):
                adapter = adapter_for(Account("a", venue, URL, absent=(absent.id,)))
                assert absent not in adapter.kinds(profile)
                assert len(adapter.kinds(profile)) == len(plain.kinds(profile)) - 1
                for action in adapter.actions(profile):
                    assert action.kinds
                    assert absent.id not in action.kinds


def test_bitget_sends_no_cancel_for_an_absent_category() -> None:
    account = Account("a", "bitget", URL, absent=("MARGIN", "COIN-FUTURES"))
    action = the_action(account, "orders", Profile())
    calls = all_calls(adapter_for(account).cancel(Profile(), action, EVERYTHING, None, "rest"))
    bodies = [json.loads(call.body) for call in calls if call.method == "POST"]
    assert {body["category"] for body in bodies} == {"SPOT", "USDT-FUTURES", "USDC-FUTURES"}


def test_htx_sends_no_cancel_for_absent_conditional_orders() -> None:
    account = Account(
        "a", "htx", URL, family="legacy", contracts=("BTC-USDT",), extras=("triggers",),
        absent=("isolated-trigger",),
    )  # fmt: skip
    profile = Profile("legacy")
    action = the_action(account, "triggers", profile)
    assert action.kinds == ("cross-trigger",)
    calls = all_calls(adapter_for(account).cancel(profile, action, EVERYTHING, None, "rest"))
    orders = [call.path for call in calls if "order" in call.path or "cancel" in call.path]
    assert orders
    assert all("cross" in path for path in orders)
