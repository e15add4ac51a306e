"""What a trader reads while the network is bad: the words on the real dashboard, panel by panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.faults.scenario import play
from tests.faults.stage import Stage
from tests.faults.test_wire import SCENARIOS
from tui.ui.app.app import KilldeskApp
from tui.ui.panel.panel import AccountPanel

pytestmark = pytest.mark.usefixtures("calm_hand")

SHOWN = {
    # scenario: what stands in the panel of the account on trial when its run has ended
    "htx-legacy: socket: a black hole, pressed into": ("DEGRADED", "ws down: ", "CONFIRMED"),
    "htx-legacy: socket: connecting is refused": ("DEGRADED", "Connection refused", "CONFIRMED"),
    "htx-unified: REST: a black hole": ("DEGRADED", "cannot be read", "UNRESOLVED"),
    "okx-desk: socket: a black hole, pressed into": ("DEGRADED", "ws down: ", "CONFIRMED"),
    "bitget-uta: REST: connecting is refused": ("DOWN", "Connection refused", "UNRESOLVED"),
}


def panel_text(app: KilldeskApp, account: str) -> str:
    """What stands in the rectangle of an account's panel."""
    panel = next(one for one in app.query(AccountPanel) if one.account.name == account)
    area = panel.region
    lines = app.screen._compositor.render_strips()[area.y : area.bottom]
    return "\n".join(line.crop(area.x, area.right).text for line in lines)


async def shows(pilot: Pilot[None], app: KilldeskApp, account: str, *words: str) -> None:
    """Waits until a panel has all these words at once."""
    for _ in range(400):
        text = panel_text(app, account)
        if all(word.lower() in text.lower() for word in words):
            return
        await pilot.pause(0.05)
    pytest.fail(f"{words} did not stand in the panel of {account}:\n{text}")


@pytest.mark.parametrize("name", SHOWN)
async def test_the_panel_says_what_is_true(set_stage: Callable[..., Stage], name: str) -> None:
    scenario = next(one for one in SCENARIOS if str(one) == name)
    stage = set_stage(scenario.subject)
    app = KilldeskApp(stage.desk, demo=False)
    async with app.run_test(size=(200, 50)) as pilot:

        async def read(when: str) -> None:
            if when == "told":
                await shows(pilot, app, scenario.subject, *SHOWN[name])
            else:
                await shows(pilot, app, scenario.subject, "READY")
            for witness in stage.witnesses:
                await shows(pilot, app, witness, "READY", "CONFIRMED")

        await play(stage, scenario, read)
