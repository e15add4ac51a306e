"""A venue that cannot be reached at all: nothing leaves, and nothing says that the venue spoke."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.scenario import BITGET, HTX2, OKX, well
from tests.faults.stage import SCOPES, Stage
from tui.core.actions import Outcome
from tui.core.desk import Health
from tui.service.headless_cancel import in_words
from tui.ui.dialogs.report_lines import report_lines


@pytest.mark.parametrize("subject", [HTX2, OKX, BITGET])
async def test_what_never_left_is_told_so_and_no_venue_is_called_busy(
    set_stage: Callable[..., Stage], subject: str
) -> None:
    stage = set_stage(subject)
    await stage.ready()
    since = stage.mark()
    for proxy in stage.proxies:
        proxy.refuse()
        proxy.reset()
    await stage.told(Health.DOWN, "Connection refused", since)
    stage.press()
    steps: set[str] = set()

    def both_seen() -> bool:
        steps.update(run.step for run in stage.account().runs)
        return {"no connection, asking again", "reading the book"} <= steps

    await stage.until(both_seen, "both steps of the run")
    ended = await stage.ended()
    assert steps <= {"sending", "no connection, asking again", "reading the book"}
    assert ended.keys() == SCOPES[subject].keys()
    for report in ended.values():
        names = [step.name for step in report.steps]
        assert report.outcome is Outcome.UNRESOLVED
        assert (report.attempts, report.route) == (0, None), "nothing has left"
        assert "no connection" in names
        assert not any("busy" in name or name.startswith("sent") for name in names)
        lines = report_lines(stage.account(), report, 100)
        shown = "\n".join(line.paint(100).plain for line in lines)
        assert "not sent" in shown
        assert "cannot reach" in in_words(report)
        assert "busy" not in shown + in_words(report)
    well(stage)
    await stage.ready()
