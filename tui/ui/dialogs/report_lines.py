"""A report in full: what was asked, what happened when, and what became of each order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from tui.core.actions import EVERYTHING, Outcome, Report
from tui.core.desk import AccountView
from tui.core.formatting import duration, time_of_day
from tui.core.orders import OpenOrder
from tui.ui.panel.outcome import after_words, open_words, outcome_sign, scope_words
from tui.ui.panel.remainder import cover_of, read_when
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.status import OUTCOME, StatusLabel
from tui.ui.widgets.value_widget import badge, row, styled

_LABEL = 12

CANCELLED = StatusLabel("✓", "cancelled", ".ink--good", "")
FILLED = StatusLabel("◆", "filled", ".ink--text", "")
STILL_OPEN = StatusLabel("▲", "still open", ".ink--bad", "")
GONE = StatusLabel("·", "no longer open", ".ink--text", "")
FAILED = StatusLabel("✕", "failed", ".ink--bad", "")
NOT_KNOWN = StatusLabel("?", "not known", ".ink--careful", "")
NOT_SENT = StatusLabel("⊖", "not sent", ".ink--careful", "")


def report_lines(account: AccountView, report: Report, width: int) -> list[Line]:
    """Every row of the report."""
    return [Said(content) for content in _contents(account, report, width)]


def fate(report: Report, order: OpenOrder) -> tuple[StatusLabel, str]:
    """What became of one chosen order, with the venue's words where it was not taken."""
    text = next((f for f in report.failures if f.order_id == order.order_id), None)
    words = f"{text.code} {text.text}".strip() if text is not None else ""
    if text is not None and text.filled:
        return FILLED, words
    left = {(open_.kind, open_.order_id) for open_ in report.remaining}
    if (order.kind, order.order_id) in left:
        return STILL_OPEN, words
    if text is not None:
        return (GONE if report.outcome is Outcome.CONFIRMED else FAILED), words
    match report.outcome:
        case Outcome.DENIED:
            return NOT_SENT, ""
        case Outcome.CONFIRMED | Outcome.REMAINING:
            return CANCELLED, ""
        case _:
            return NOT_KNOWN, ""


def _contents(account: AccountView, report: Report, width: int) -> Iterator[Content]:
    cover = cover_of(account, report)
    yield row(
        badge(outcome_sign(report, clear=cover.clear)),
        styled(scope_words(report, account.label(report.action)), ".ink--strong"),
        styled(OUTCOME[report.outcome].meaning, ".ink--quiet"),
    )
    if (new := after_words(report)).plain:
        yield new
    yield Content()
    for label, text in _facts(account, report):
        yield from _wrapped(label, styled(text, ".ink--text"), width)
    for one in cover.left:
        yield from _wrapped("not covered", styled(f"▲ {read_when(one)}", ".ink--careful"), width)
    yield from _steps(report)
    yield from _orders(report, width)


def _facts(account: AccountView, report: Report) -> Iterator[tuple[str, str]]:
    yield "scope", _scope(account, report)
    yield "pressed", f"{time_of_day(report.started_ms, decimals=1)} UTC"
    if report.ended_ms:
        yield "ended", f"{time_of_day(report.ended_ms, decimals=1)} UTC"
    if known := open_words(report):
        yield "open", f"{known} in this scope"
    yield "acked", _took(report.ack_ms)
    yield "confirmed", _took(report.confirmed_ms)
    times = "once" if report.attempts == 1 else f"{report.attempts} times"
    # A run that a fault of ours ended took no steps with it: whether it sent is not known.
    unsent = "not sent" if report.steps or report.outcome is Outcome.DENIED else "not known"
    yield "sent", f"{times}, last by {report.route}" if report.route else unsent
    # What a venue answers to a cancel with nothing to do can read like a failure.
    moot = ", which changes nothing" if report.outcome is Outcome.CONFIRMED else ""
    if report.code:
        yield "code", f"{report.code}{moot}"
    if report.message:
        yield "said", report.message


def _scope(account: AccountView, report: Report) -> str:
    """`everything of spreads`, `isolated BTC-USDT`, with the kinds that the action covers."""
    label = account.label(report.action)
    if report.scope != EVERYTHING:
        return scope_words(report, label)
    action = next((one for one in account.actions if one.id == report.action), None)
    labels = {kind.id: kind.label for kind in account.kinds}
    kinds = [labels.get(kind, kind) for kind in action.kinds] if action else []
    named = f": {', '.join(kinds)}" if kinds and kinds != [label] else ""
    return f"all {label}{named}"


def _took(ms: float | None) -> str:
    return "not known" if ms is None else f"after {duration(ms)}"


def _steps(report: Report) -> Iterator[Content]:
    if not report.steps:
        return
    yield from _heading("steps")
    for step in report.steps:
        took = styled(duration(step.after_ms).rjust(_LABEL - 2), ".ink--quiet")
        yield row(took, styled(step.name, ".ink--text"))


def _orders(report: Report, width: int) -> Iterator[Content]:
    chosen = report.scope.orders
    if chosen:
        yield from _heading(f"{len(chosen)} chosen orders")
        for order in chosen:
            sign, words = fate(report, order)
            mark = badge(sign)
            pad = Content(" " * max(0, _LABEL + 2 - mark.cell_length))
            yield row(Content.assemble(mark, pad), _order(order), styled(words, ".ink--careful"))
        return
    if report.failures:
        yield from _heading(f"{len(report.failures)} orders answered for themselves")
        for failure in report.failures:
            confirmed = report.outcome is Outcome.CONFIRMED
            sign = FILLED if failure.filled else GONE if confirmed else FAILED
            line = row(
                styled(str(sign).ljust(_LABEL), sign.ink),
                styled(failure.order_id, ".ink--text"),
                styled(failure.code, ".ink--quiet" if sign is GONE else ".ink--bad"),
                styled(failure.text, ".ink--text"),
            )
            yield from line.wrap(max(20, width))
    if report.remaining:
        new = f", {report.new_during} of them new" if report.new_during else ""
        yield from _heading(f"{len(report.remaining)} still open{new}")
        yield from _listed(report.remaining)


def _listed(orders: Iterable[OpenOrder]) -> Iterator[Content]:
    return (_order(order) for order in orders)


def _order(order: OpenOrder) -> Content:
    price = f"{order.size} at {order.price}" if order.price else order.size
    return row(
        styled(order.contract, ".ink--strong"),
        styled(f"{order.side} {order.offset}".strip(), ".ink--text"),
        styled(price, ".ink--text"),
        styled(order.order_id, ".ink--quiet"),
    )


def _heading(text: str) -> tuple[Content, Content]:
    return Content(), styled(text.upper(), ".ink--strong")


def _wrapped(label: str, text: Content, width: int) -> Iterator[Content]:
    for index, part in enumerate(text.wrap(max(20, width - _LABEL))):
        name = label if index == 0 else ""
        yield Content.assemble(styled(name.ljust(_LABEL), ".ink--quiet"), part)
