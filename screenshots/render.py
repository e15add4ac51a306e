"""Makes the pictures of the README from a running demo desk.

    .venv/bin/python screenshots/render.py [NAME...]

Starts the simulator, drives the real screen with keys, and writes one PNG a scene beside this file,
and a short recording of a panic as a GIF; those of the names given, or all.
Needs the `dev` extra and an installed monospace font (JetBrains Mono, DejaVu Sans Mono): pictures
from a proportional one would be misaligned.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import resvg_py
from recording import Recording

from tui.core.actions import Outcome
from tui.core.deadman import TimerState
from tui.core.desk import Health
from tui.service.demo import demo_desk
from tui.service.live_desk import LiveDesk
from tui.ui.app import KilldeskApp

if TYPE_CHECKING:
    from textual.pilot import Pilot

HERE = Path(__file__).parent
FONTS = ("JetBrains Mono", "DejaVu Sans Mono", "Liberation Mono")
PATIENCE_S = 30.0
TITLE = "killdesk --demo"

Drive = Callable[["Pilot[object]", LiveDesk], Awaitable[None]]


def font() -> str:
    """The first of the fonts that this machine has. Exits with a sentence when it has none."""
    if shutil.which("fc-list"):
        listed = subprocess.run(
            ["fc-list", ":", "family"], capture_output=True, text=True, check=True
        )
        for family in FONTS:
            if family in listed.stdout:
                return family
    sys.exit(f"no monospace font found: install one of {', '.join(FONTS)}")


def to_png(svg: str, family: str) -> bytes:
    """Draws Textual's SVG with an installed font; its own is fetched from the network."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    svg = re.sub(r"font-family:\s*[^;]+;", f"font-family: '{family}';", svg)
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=1, font_family=family))


async def until(holds: Callable[[], bool], pilot: Pilot[object]) -> None:
    """Waits for the desk to come to a state; fails rather than show a picture of another."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await pilot.pause(0.05)
    await pilot.pause(0.3)
    await pilot.pause()


async def ready(pilot: Pilot[object], desk: LiveDesk) -> None:
    await until(lambda: all(a.health is Health.READY for a in desk.view.accounts), pilot)


async def armed(pilot: Pilot[object], desk: LiveDesk) -> None:
    await ready(pilot, desk)
    await pilot.press("4", "a")
    await until(
        lambda: any(a.timer and a.timer.state is TimerState.ARMED for a in desk.view.accounts),
        pilot,
    )


async def asking(pilot: Pilot[object], desk: LiveDesk) -> None:
    await armed(pilot, desk)
    await pilot.press("3", "s")
    await pilot.pause(0.2)


async def cancelled(pilot: Pilot[object], desk: LiveDesk) -> None:
    await armed(pilot, desk)
    await pilot.press("3", "s", "s")
    await until(
        lambda: any(r.outcome is Outcome.CONFIRMED for a in desk.view.accounts for r in a.reports),
        pilot,
    )


async def choosing(pilot: Pilot[object], desk: LiveDesk) -> None:
    await ready(pilot, desk)
    await pilot.press("2", "o")
    await pilot.pause(0.3)
    await pilot.press("space", "down", "space", "down", "down", "space")
    await pilot.pause(0.2)


async def panicked(pilot: Pilot[object], desk: LiveDesk) -> None:
    await armed(pilot, desk)
    await pilot.press("X", "X")
    await until(lambda: sum(len(a.reports) for a in desk.view.accounts) >= 6, pilot)
    await pilot.pause(0.5)


DARK, LIGHT = "killdesk-dark", "killdesk-light"
SCENES: tuple[tuple[str, tuple[int, int], str, Drive], ...] = (
    ("desk", (160, 46), DARK, cancelled),
    ("desk-light", (160, 46), LIGHT, cancelled),
    ("asking", (120, 40), DARK, asking),
    ("choose", (120, 40), DARK, choosing),
    ("panic", (120, 40), DARK, panicked),
    ("panic-light", (120, 40), LIGHT, panicked),
    ("small", (80, 24), DARK, armed),
)
RECORDED = ("recording", (120, 36))


@asynccontextmanager
async def stage(
    size: tuple[int, int], theme: str
) -> AsyncIterator[tuple[Pilot[None], KilldeskApp, LiveDesk]]:
    """A demo desk and its screen, both ended afterwards."""
    with demo_desk() as demo:
        desk = LiveDesk(demo.accounts, lambda: demo.secrets)
        desk.start()
        try:
            app = KilldeskApp(desk, demo=True)
            async with app.run_test(size=size, notifications=True) as pilot:
                app.theme = theme
                yield pilot, app, desk
        finally:
            desk.stop()


async def picture(size: tuple[int, int], theme: str, drive: Drive) -> str:
    """The screen as it stands after a drive, as SVG."""
    async with stage(size, theme) as (pilot, app, desk):
        await drive(pilot, desk)
        return app.export_screenshot(title=TITLE)


async def panic_recorded(size: tuple[int, int]) -> Recording:
    """An armed desk, one gesture, and the outcomes as they come."""
    recording = Recording()
    async with stage(size, DARK) as (pilot, _, desk):
        await armed(pilot, desk)
        async with recording.of(pilot, TITLE):
            await pilot.pause(1.5)
            await pilot.press("X")
            await pilot.pause(0.7)
            await pilot.press("X")
            await until(lambda: sum(len(a.reports) for a in desk.view.accounts) >= 6, pilot)
    return recording


async def main(names: Sequence[str]) -> None:
    family = font()
    for name, size, theme, drive in SCENES:
        if not names or name in names:
            svg = await picture(size, theme, drive)
            (HERE / f"{name}.png").write_bytes(to_png(svg, family))
            sys.stdout.write(f"{name}.png\n")
    name, size = RECORDED
    if not names or name in names:
        recording = await panic_recorded(size)
        recording.save(HERE / f"{name}.gif", lambda svg: to_png(svg, family))
        sys.stdout.write(f"{name}.gif\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
