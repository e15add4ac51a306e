"""The outcome lines of a panel, while several presses of one scope are under way."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from tests.ui.drawn import letters
from tui.core.actions import EVERYTHING, Outcome, Scope
from tui.core.desk import RunView
from tui.ui.panel.outcome import OutcomeLines, endings


def test_presses_of_one_scope_share_a_line_and_hide_no_report(make: SimpleNamespace) -> None:
    one = Scope(contract="BTC-USDT_BTC-USDT-SWAP")
    runs = (
        RunView("spreads", EVERYTHING, make.NOW_MS, "reading the book"),
        RunView("spreads", one, make.NOW_MS, "sending"),
        RunView("spreads", EVERYTHING, make.NOW_MS + 1, "acknowledged"),
        RunView("spreads", EVERYTHING, make.NOW_MS + 2, "sending"),
    )
    account = make.okx()
    report = make.report(account, Outcome.CONFIRMED, "quotes")
    shown = endings(replace(account, runs=runs, reports=(report,)))
    drawn = letters(OutcomeLines().paint(shown, 90, 3)).splitlines()
    assert "cancelling spreads  sending, 3 presses" in drawn[0]
    assert "cancelling spreads BTC-USDT_BTC-USDT-SWAP  sending" in drawn[1]
    assert "confirmed" in drawn[2]
