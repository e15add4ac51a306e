"""What a later listing does to reports, and what it must not do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.core.actions import Action, Outcome, Report, Scope
from tui.core.orders import Book, OpenOrder
from tui.service.account.ledger import KEPT_S, MOST_EARLIER, Ledger

SPREADS = Action("spreads", "spreads", ("spread",), ("ws",), leaves="")
ONE_CONTRACT = Scope(contract="A_B")


def book(*order_ids: str, kinds: tuple[str, ...] = ("spread",)) -> Book:
    return Book(kinds, tuple(OpenOrder("spread", one, "A_B") for one in order_ids), 1)


def report(outcome: Outcome, scope: Scope = ONE_CONTRACT) -> Report:
    return Report("okx-desk", "okx", "spreads", outcome, scope)


def test_a_listing_begun_before_a_newer_one_does_not_replace_it() -> None:
    ledger = Ledger()
    ledger.take(book(), begun_s=2.0)
    ledger.take(book("1"), begun_s=1.0)
    assert ledger.book is not None
    assert ledger.book.count() == 0


def test_kinds_that_were_not_read_stay_as_they_were() -> None:
    ledger = Ledger()
    ledger.take(book("1"), begun_s=1.0)
    ledger.take(Book(("quote",), (OpenOrder("quote", "q", "A"),), 2), begun_s=2.0)
    assert ledger.book is not None
    assert ledger.book.count(["spread"]) == 1
    assert ledger.book.count(["quote"]) == 1


def test_an_unresolved_report_is_settled_by_a_read_begun_after_it_ended() -> None:
    ledger = Ledger()
    ledger.end(report(Outcome.UNRESOLVED), SPREADS, ended_s=5.0)
    ledger.take(book(), begun_s=4.0)
    assert [one.outcome for one in ledger.reports] == [Outcome.UNRESOLVED]
    ledger.take(book(), begun_s=6.0)
    assert [one.outcome for one in ledger.reports] == [Outcome.CONFIRMED]


def test_an_unresolved_report_outlives_a_later_one_of_another_scope() -> None:
    ledger = Ledger()
    ledger.end(report(Outcome.UNRESOLVED), SPREADS, ended_s=1.0)
    ledger.end(report(Outcome.CONFIRMED, Scope()), SPREADS, ended_s=2.0)
    assert {one.outcome for one in ledger.reports} == {Outcome.UNRESOLVED, Outcome.CONFIRMED}
    ledger.end(report(Outcome.CONFIRMED), SPREADS, ended_s=3.0)
    assert {one.outcome for one in ledger.reports} == {Outcome.CONFIRMED}


def test_what_appears_after_a_confirmed_cancel_is_counted() -> None:
    ledger = Ledger()
    ledger.end(report(Outcome.CONFIRMED), SPREADS, ended_s=1.0)
    ledger.take(book("1", "2"), begun_s=2.0)
    assert [one.new_since for one in ledger.reports] == [2]


def test_the_book_is_as_old_as_its_oldest_kind() -> None:
    ledger = Ledger()
    ledger.take(Book(("spread", "quote"), (), 1_000), begun_s=1.0)
    ledger.take(Book(("quote",), (), 2_000), begun_s=2.0)
    assert ledger.book is not None
    assert (ledger.book.read_at_ms, ledger.book.read_at(("quote",))) == (1_000, 2_000)
    ledger.take(Book(("quote",), (), 9_000), begun_s=1.5)
    assert ledger.book.read_at(("quote",)) == 2_000, "a listing that came too late"


def test_kinds_that_the_account_does_not_have_go_and_stay_away() -> None:
    ledger = Ledger()
    ledger.take(Book(("spread", "quote"), (OpenOrder("quote", "q", "A"),), 1_000), begun_s=1.0)
    ledger.keep_only(["spread"])
    assert ledger.book == Book(("spread",), (), 1_000)
    ledger.take(book("1", kinds=("spread", "quote")), begun_s=2.0)
    assert ledger.book is not None
    assert ledger.book.kinds == ("spread",)

    ledger.keep_only(["quote"])
    assert ledger.book is None, "nothing is known, which is not the same as nothing open"
    ledger.take(Book(("quote",), (), 1_000), begun_s=0.5)
    assert ledger.book == Book(("quote",), (), 1_000)


def test_reports_of_actions_the_account_does_not_have_are_forgotten() -> None:
    ledger = Ledger()
    quotes = Action("quotes", "quotes", ("quote",), ("rest",), leaves="")
    ledger.end(report(Outcome.UNRESOLVED), SPREADS, ended_s=1.0)
    ledger.end(report(Outcome.UNRESOLVED, Scope()), SPREADS, ended_s=1.0)
    ledger.end(replace(report(Outcome.UNRESOLVED), action="quotes"), quotes, ended_s=1.0)
    ledger.forget_actions_not_in(["quotes", "rfqs"])
    assert [one.action for one in ledger.reports] == ["quotes"]


def started(at_ms: int, outcome: Outcome, scope: Scope = ONE_CONTRACT) -> Report:
    return replace(report(outcome, scope), started_ms=at_ms)


def test_what_a_newer_run_replaced_while_unresolved_is_settled_once_by_the_same_read() -> None:
    ledger = Ledger()
    for at_ms in (100, 200, 300):
        ledger.end(started(at_ms, Outcome.UNRESOLVED), SPREADS, ended_s=at_ms / 100)
    assert [one.started_ms for one in ledger.reports] == [300], "one line for one scope"
    assert [one.started_ms for one in ledger.earlier] == [100, 200]
    settled = ledger.take(book("1"), begun_s=2.5)
    assert [(one.started_ms, one.outcome) for one in settled] == [
        (100, Outcome.REMAINING),
        (200, Outcome.REMAINING),
    ], "the third ended after the read began"
    settled = ledger.take(book(), begun_s=4.0)
    assert [(one.started_ms, one.outcome) for one in settled] == [(300, Outcome.CONFIRMED)]
    assert [one.outcome for one in ledger.earlier] == [Outcome.REMAINING] * 2, "told once"
    ledger.end(started(400, Outcome.CONFIRMED), SPREADS, ended_s=5.0)
    assert [one.started_ms for one in ledger.earlier] == [100, 200, 300], "ended lately"
    ledger.end(started(500, Outcome.CONFIRMED), SPREADS, ended_s=5.0 + KEPT_S)
    assert not ledger.earlier


def test_an_older_run_that_ends_after_a_newer_one_takes_no_place_of_it() -> None:
    ledger = Ledger()
    ledger.end(started(200, Outcome.CONFIRMED), SPREADS, ended_s=1.0)
    ledger.end(started(100, Outcome.REMAINING), SPREADS, ended_s=2.0)
    assert [(one.started_ms, one.outcome) for one in ledger.reports] == [(200, Outcome.CONFIRMED)]
    assert [one.started_ms for one in ledger.earlier] == [100], "kept for whoever looks next"
    ledger.end(started(150, Outcome.UNRESOLVED), SPREADS, ended_s=3.0)
    assert [one.started_ms for one in ledger.reports] == [200], "the newer one has proven the scope"
    ledger.end(started(50, Outcome.UNRESOLVED, Scope()), SPREADS, ended_s=4.0)
    assert [one.started_ms for one in ledger.reports] == [200, 50], "of this scope nothing is known"
    ledger.take(book(), begun_s=5.0)
    assert {one.outcome for one in (*ledger.reports, *ledger.earlier)} == {
        Outcome.CONFIRMED,
        Outcome.REMAINING,
    }


def test_runs_that_end_by_one_read_each_keep_their_report() -> None:
    ledger = Ledger()
    for at_ms in (100, 200, 300):
        ledger.end(started(at_ms, Outcome.CONFIRMED), SPREADS, ended_s=1.0)
    assert [one.started_ms for one in ledger.reports] == [300]
    assert [one.started_ms for one in ledger.earlier] == [100, 200]


@pytest.mark.parametrize("newer", [Outcome.DENIED, Outcome.REJECTED])
def test_a_run_that_proves_nothing_hides_no_unresolved_one(newer: Outcome) -> None:
    ledger = Ledger()
    ledger.end(started(100, Outcome.UNRESOLVED), SPREADS, ended_s=1.0)
    ledger.end(started(200, Outcome.UNRESOLVED), SPREADS, ended_s=2.0)
    ledger.end(started(300, newer), SPREADS, ended_s=3.0)
    assert [one.started_ms for one in ledger.reports] == [300, 200]
    ledger.end(started(400, Outcome.CONFIRMED, Scope()), SPREADS, ended_s=4.0)
    assert [one.started_ms for one in ledger.reports] == [400, 200]
    ledger.take(book(), begun_s=5.0)
    assert [one.started_ms for one in ledger.reports] == [400]
    assert [one.outcome for one in ledger.earlier] == [Outcome.CONFIRMED] * 2 + [newer]


def test_as_many_earlier_ones_as_fit_and_none_of_an_action_that_is_gone() -> None:
    ledger = Ledger()
    for at_ms in range(MOST_EARLIER + 5):
        ledger.end(started(at_ms, Outcome.UNRESOLVED), SPREADS, ended_s=1.0)
    assert [one.started_ms for one in ledger.earlier] == list(range(4, MOST_EARLIER + 4))
    for at_ms in range(MOST_EARLIER + 5, 2 * MOST_EARLIER):
        ledger.end(started(at_ms, Outcome.CONFIRMED), SPREADS, ended_s=1.0)
    assert {one.outcome for one in ledger.earlier} == {Outcome.UNRESOLVED}, "they go last"
    ledger.forget_actions_not_in(["quotes"])
    assert not ledger.earlier


def test_it_counts_what_happens() -> None:
    ledger = Ledger()
    ledger.take(book("1"), begun_s=1.0)
    ledger.take(book("1"), begun_s=2.0)
    assert ledger.moves == 1
    ledger.take(book("1", "2"), begun_s=3.0)
    assert ledger.moves == 2
    ledger.take(Book(("quote",), (), 1), begun_s=4.0)
    assert ledger.moves == 3  # of quotes nothing was known
    ledger.end(report(Outcome.UNRESOLVED), SPREADS, ended_s=5.0)
    assert ledger.moves == 4
    ledger.take(book("1", "2"), begun_s=6.0)
    assert ledger.moves == 5  # it settled the report
    ledger.take(book("1", "2"), begun_s=7.0)
    assert ledger.moves == 5


BOTH = Action("orders", "orders", ("spot", "margin"), ("rest",), leaves="")
NO_MARGIN = (("margin", "40014 no permission"),)


def test_a_refusal_replaces_the_listing_before_it_and_counts_as_news() -> None:
    ledger = Ledger()
    ledger.take(Book(("margin",), (OpenOrder("margin", "m", "A"),), 1), begun_s=1.0)
    moves = ledger.moves
    ledger.take(Book(("spot",), (), 2, refused=NO_MARGIN), begun_s=2.0)
    assert ledger.book is not None
    assert (ledger.book.refused, ledger.book.count()) == (NO_MARGIN, 0)
    assert ledger.moves > moves


def test_a_refused_product_does_not_keep_a_report_unresolved() -> None:
    ledger = Ledger()
    first = Report("bitget", "bitget", "orders", Outcome.UNRESOLVED)
    ledger.end(first, BOTH, ended_s=1.0)
    ledger.take(Book((), (), 2, refused=(*NO_MARGIN, ("spot", "40014"))), begun_s=2.0)
    assert [one.outcome for one in ledger.reports] == [Outcome.UNRESOLVED], "nothing was listed"
    ledger.take(Book(("spot",), (), 3, refused=NO_MARGIN), begun_s=3.0)
    assert [one.outcome for one in ledger.reports] == [Outcome.CONFIRMED]
