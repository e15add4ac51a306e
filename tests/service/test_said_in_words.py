"""Results as a shell or a log shows them: one line each, with no figure that is not known."""

from __future__ import annotations

import pytest

from tui.cli import drill as drill_command
from tui.core.actions import Outcome, Report, Scope
from tui.core.drill import AccountDrill, Drill
from tui.service import headless_cancel as headless

DRILLED = AccountDrill(
    "okx-desk", "okx", 12, 40.0, 90.0, 2.0, 15.0, 31.4, "confirmed", 0, 1, 9.0, 8.0
)


def report(outcome: Outcome, **known: object) -> Report:
    return Report("okx-desk", "okx", "spreads", outcome, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ended", "line"),
    [
        (
            report(Outcome.CONFIRMED, open_before=12, open_after=0, confirmed_ms=211.6),
            "okx-desk spreads: confirmed, 0 of 12 open, 212 ms",
        ),
        (
            report(Outcome.CONFIRMED, scope=Scope(contract="BTC-USDT_BTC-USDT-SWAP"), open_after=0),
            "okx-desk spreads BTC-USDT_BTC-USDT-SWAP: confirmed, 0 open",
        ),
        (
            report(Outcome.CONFIRMED, open_after=0, message="unheard"),
            "okx-desk spreads: confirmed, 0 open",
        ),
        (
            report(Outcome.REMAINING, open_before=3, open_after=2),
            "okx-desk spreads: remaining, 2 of 3 open",
        ),
        (
            report(Outcome.REJECTED, code="50113", message="Invalid Sign"),
            "okx-desk spreads: rejected, 50113 Invalid Sign",
        ),
        (
            report(Outcome.UNRESOLVED, message="no answer within 1.5 s"),
            "okx-desk spreads: unresolved, no answer within 1.5 s",
        ),
    ],
)
def test_a_cancel_in_one_line(ended: Report, line: str) -> None:
    assert headless.in_words(ended) == line


def test_a_drill_that_went_well_and_the_one_before() -> None:
    before = Drill(0, (AccountDrill("htx", "htx", 5, confirmed_ms=80.0, outcome="confirmed"),))
    drill = Drill(1, (DRILLED,), (("connect", 40.0), ("panic", 31.4)), done=True)
    assert list(drill_command.in_words(drill, before)) == [
        "connect       40 ms",
        "panic         31 ms",
        "okx-desk  confirmed, 12 orders, ready 90 ms, press to wire 2 ms, acked 15 ms, "
        "confirmed 31 ms, timer on 9 ms, off 8 ms, left 0",
        "slowest: okx-desk, confirmed after 31 ms",
        "the last drill (1 accounts, 5 orders): htx, confirmed after 80 ms",
        "all confirmed, nothing left",
    ]


def test_a_drill_that_failed_says_what_is_not_known() -> None:
    lost = AccountDrill("okx-desk", "okx", 12, message="login refused")
    drill = Drill(1, (lost,), done=True, problem="okx-desk was not ready")
    assert list(drill_command.in_words(drill, None)) == [
        "okx-desk  no outcome, 12 orders, ready --, press to wire --, acked --, confirmed --, "
        "left not known, login refused",
        "problem: okx-desk was not ready",
        "FAILED",
    ]
    nothing = Drill(1, (), done=True, problem="there is no account to drill with")
    assert list(drill_command.in_words(nothing, nothing))[-1] == "FAILED"
