"""One meaning for the answers to several requests, or to one about several orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tui.core.actions import Ack, OrderFailure, Verdict


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What the venue said of one chosen order."""

    order_id: str
    verdict: Verdict
    """ACCEPTED, NOTHING (it is gone already), REFUSED, BUSY or UNKNOWN."""
    code: str = ""
    text: str = ""
    filled: bool = False


def orders_ack(results: Sequence[OrderResult]) -> Ack:
    """One meaning for a cancel of chosen orders.

    Doubt about any of them is doubt about the request; a refusal of some is a failure of those
    alone, and a refusal of the request only when no order was taken.
    """
    care = (
        Verdict.UNKNOWN,
        Verdict.BUSY,
        Verdict.ACCEPTED,
        Verdict.REFUSED,
        Verdict.NOTHING,
    )
    if not results:
        return Ack(Verdict.NOTHING)
    lead = min(results, key=lambda result: care.index(result.verdict))
    failures = tuple(
        OrderFailure(r.order_id, r.code, r.text, r.filled)
        for r in results
        if r.filled or r.verdict not in (Verdict.ACCEPTED, Verdict.NOTHING)
    )
    if lead.verdict is Verdict.ACCEPTED:
        return Ack(Verdict.ACCEPTED, failures=failures)
    return Ack(lead.verdict, lead.code, lead.text, failures)


def requests_ack(acks: Iterable[Ack]) -> Ack:
    """One meaning for several requests of one cancel.

    A doubt about one is a doubt about the whole, and one that was busy is to be sent again. Only
    when all were refused is the whole refused; where some were, the whole counts as accepted,
    with the code and text of the refusal: the book tells what is still open.
    """
    known = list(acks)
    whole = Ack.together(known)
    others = [ack for ack in known if ack.verdict is not Verdict.REFUSED]
    wrong_account = any(ack.wrong_account for ack in known)
    if whole.verdict is not Verdict.REFUSED or not others:
        return replace(whole, wrong_account=wrong_account)
    if any(ack.verdict is Verdict.BUSY for ack in others):
        busy = Ack.together(others)
        return replace(busy, failures=whole.failures, wrong_account=wrong_account)
    return replace(whole, verdict=Verdict.ACCEPTED, wrong_account=wrong_account)


def chosen_ack(whole: Sequence[Ack], results: Sequence[OrderResult]) -> Ack:
    """One meaning for requests of chosen orders: some answered order by order, others as a whole.

    `whole` are the answers that say nothing of any single order.
    """
    return requests_ack([*whole, orders_ack(results)] if results or not whole else whole)
