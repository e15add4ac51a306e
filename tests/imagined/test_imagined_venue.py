"""A new venue is its folder on each side and a line in each registry; nothing else knows of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.imagined.venue import NIMBUS
from tui.core.actions import Outcome
from tui.core.deadman.view import TimerState

ROOT = Path(__file__).parents[2]
NAME = "nimbus-desk"


async def test_the_desk_cancels_and_verifies_there(simulator: Any, open_desk: Any) -> None:
    desk = open_desk(NAME)
    await desk.ready(NAME)
    assert simulator.account(NAME)["open"] == 8
    desk.desk.panic()
    account = await desk.reported(NAME)
    assert [report.outcome for report in account.reports] == [Outcome.CONFIRMED]
    assert simulator.account(NAME)["open"] == 0


async def test_orders_that_stay_are_told(simulator: Any, open_desk: Any) -> None:
    desk = open_desk(NAME)
    await desk.ready(NAME)
    simulator.faults(NAME, "accept_only", count=100, path="/nimbus/cancel")
    desk.desk.panic()
    account = await desk.reported(NAME)
    assert [report.outcome for report in account.reports] == [Outcome.REMAINING]


async def test_its_timer_is_held(simulator: Any, open_desk: Any) -> None:
    desk = open_desk(NAME)
    await desk.ready(NAME)
    desk.desk.arm(NAME)
    await desk.until(lambda: desk.account(NAME).timer.state is TimerState.ARMED)
    assert simulator.account(NAME)["timers"]["nimbus"]["armed"]
    desk.desk.disarm(NAME)
    await desk.until(lambda: desk.account(NAME).timer.state is TimerState.OFF)
    assert not simulator.account(NAME)["timers"]["nimbus"]["armed"]


LOAD = """
from pathlib import Path
from tests.imagined.venue import NIMBUS
from tui.venues import VENUES
VENUES["nimbus"] = NIMBUS
from tui.service.settings.loader import load_settings
(account,) = load_settings(Path({path!r})).accounts
print([account.problem, account.rest_url])
"""


def test_the_settings_take_it(tmp_path: Path) -> None:
    """In a process of its own: the schema is made of the registry as it is imported."""
    path = tmp_path / "config.toml"
    path.write_text('[[accounts]]\nname = "mine"\nvenue = "nimbus"\n')
    code = LOAD.format(path=str(path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == f"{['', NIMBUS.spec.rest_url]}\n", done.stderr
