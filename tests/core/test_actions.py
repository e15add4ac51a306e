"""Scopes, the meaning of several replies, and the order of alarm."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tui.core.actions import (
    EVERYTHING,
    Ack,
    OrderFailure,
    Outcome,
    Report,
    Scope,
    Verdict,
    worst_first,
)
from tui.core.orders import OpenOrder

ORDER = OpenOrder("isolated", "1", "BTC-USDT", side="buy", offset="open")


@pytest.mark.parametrize(
    ("scope", "covers"),
    [
        (EVERYTHING, True),
        (Scope(contract="BTC-USDT"), True),
        (Scope(contract="btc-usdt"), True),
        (Scope(contract="BTC-USD"), False),
        (Scope(direction="buy"), True),
        (Scope(direction="sell"), False),
        (Scope(offset="open"), True),
        (Scope(offset="close"), False),
        (Scope(category="isolated"), True),
        (Scope(category="SPOT"), False),
        (Scope(contract="BTC-USDT", direction="buy", offset="open"), True),
        (Scope(contract="BTC-USDT", direction="buy", offset="close"), False),
        (Scope(orders=(ORDER,)), True),
        (Scope(orders=(OpenOrder("isolated", "2", "BTC-USDT"),)), False),
        (Scope(orders=(OpenOrder("cross", "1", "BTC-USDT"),)), False),
        (Scope(contract="ETH-USDT", orders=(ORDER,)), True),
    ],
)
def test_what_a_scope_covers(scope: Scope, covers: bool) -> None:
    assert scope.covers(ORDER) is covers


def test_covering_does_not_search_among_the_chosen() -> None:
    class Unsearchable(tuple[OpenOrder, ...]):
        """May be gone through once, when the scope is made."""

        rounds = 0

        def __iter__(self) -> Iterator[OpenOrder]:
            self.rounds += 1
            return super().__iter__()

    many = Unsearchable(OpenOrder("isolated", str(n), "BTC-USDT") for n in range(2_000))
    scope = Scope(orders=many)
    assert all(map(scope.covers, tuple.__iter__(many)))
    assert many.rounds <= 1


def test_scopes_of_the_same_orders_are_one_key() -> None:
    one, same, other = Scope(orders=(ORDER,)), Scope(orders=(ORDER,)), Scope(contract="BTC-USDT")
    assert one == same
    assert {one: 1} == {same: 1}
    assert one != other
    narrowed = replace(one, orders=(OpenOrder("isolated", "2", "BTC-USDT"),))
    assert not narrowed.covers(ORDER)
    assert repr(Scope()) == (
        "Scope(contract=None, direction=None, offset=None, category=None, orders=())"
    )


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        (EVERYTHING, "everything"),
        (Scope(contract="BTC-USDT", direction="sell"), "BTC-USDT sell"),
        (Scope(category="SPOT"), "SPOT"),
        (Scope(orders=(ORDER, ORDER)), "2 chosen"),
    ],
)
def test_a_scope_in_words(scope: Scope, says: str) -> None:
    assert str(scope) == says


CARE = [Verdict.NOTHING, Verdict.ACCEPTED, Verdict.BUSY, Verdict.REFUSED, Verdict.UNKNOWN]


@pytest.mark.parametrize(("milder", "graver"), list(itertools.combinations(CARE, 2)))
def test_several_replies_mean_the_one_that_asks_for_most_care(
    milder: Verdict, graver: Verdict
) -> None:
    for acks in ([Ack(milder), Ack(graver, "7", "so")], [Ack(graver, "7", "so"), Ack(milder)]):
        together = Ack.together(acks)
        assert (together.verdict, together.code, together.text) == (graver, "7", "so")


def test_every_verdict_has_its_place() -> None:
    assert set(CARE) == set(Verdict)
    for verdict in Verdict:
        assert Ack.together([Ack(verdict)]).verdict is verdict


def test_together_keeps_every_failure_and_the_longest_patience() -> None:
    one, other = OrderFailure("1", "a", "x"), OrderFailure("2", "b", "y")
    together = Ack.together(
        iter(
            [
                Ack(Verdict.BUSY, failures=(one,), retry_after_s=1.0),
                Ack(Verdict.ACCEPTED, failures=(other,)),
                Ack(Verdict.BUSY, retry_after_s=5.0),
            ]
        )
    )
    assert together.failures == (one, other)
    assert together.retry_after_s == 5.0


def test_no_reply_at_all_is_nothing_to_cancel() -> None:
    assert Ack.together([]) == Ack(Verdict.NOTHING)


def report(outcome: Outcome, started_ms: int = 0) -> Report:
    return Report("htx-main", "htx", "isolated", outcome, started_ms=started_ms)


def test_the_worst_outcome_is_the_one_without_evidence() -> None:
    ranked = [Outcome.CONFIRMED, Outcome.DENIED, Outcome.REJECTED, Outcome.REMAINING]
    ranked.append(Outcome.UNRESOLVED)
    assert set(ranked) == set(Outcome)
    assert sorted(Outcome, key=lambda outcome: outcome.alarm) == ranked
    assert Outcome.CONFIRMED.alarm == 0
    for reports in itertools.permutations(map(report, ranked)):
        assert [one.outcome for one in worst_first(reports)] == ranked[::-1]


def test_of_equals_the_latest_comes_first() -> None:
    early, late = report(Outcome.REMAINING, 2), report(Outcome.REMAINING, 3)
    denied = report(Outcome.DENIED, 9)
    assert worst_first([early, denied, late]) == [late, early, denied]


def test_the_shape_that_scripts_read() -> None:
    shape = report(Outcome.UNRESOLVED).as_json()
    assert list(shape) == [
        "account", "venue", "action", "outcome", "open_before", "open_after", "ack_ms",
        "confirmed_ms", "route", "attempts", "code", "message",
    ]  # fmt: skip
    printed = json.loads(json.dumps(shape))
    assert printed["outcome"] == "unresolved"
    assert printed["open_after"] is None
