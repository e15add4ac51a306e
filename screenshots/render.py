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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import resvg_py
from recording import Recording

from tui.core.actions import Outcome
from tui.core.deadman.view import TimerState
from tui.core.desk import Health
from tui.service.demo import demo_desk
from tui.service.desk.live import LiveDesk
from tui.ui.app.app import KilldeskApp

if TYPE_CHECKING:
    from textual.pilot import Pilot

HERE = Path(__file__).parent
FONTS = ("JetBrains Mono", "DejaVu Sans Mono", "Liberation Mono")
TITLE = "killdesk --demo"


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo desk and its screen."""

    pilot: Pilot[None]
    app: KilldeskApp
    desk: LiveDesk
    url: str

    async def until(self, holds: Callable[[], bool], patience_s: float = 30.0) -> None:
        """Waits for a state; fails rather than show a picture of another."""
        async with asyncio.timeout(patience_s):
            while not holds():
                await self.pilot.pause(0.05)
        await self.pilot.pause(0.3)
        await self.pilot.pause()

    async def control(self, call: str, **body: object) -> None:
        """Asks the simulator for something of its own: faults, more orders."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            (await client.post(call, json=body)).raise_for_status()


Drive = Callable[[Stage], Awaitable[None]]


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


async def ready(stage: Stage) -> None:
    await stage.until(lambda: all(a.health is Health.READY for a in stage.desk.view.accounts))


async def timer_is(stage: Stage, state: TimerState) -> None:
    await stage.until(
        lambda: any(a.timer and a.timer.state is state for a in stage.desk.view.accounts), 60
    )


async def armed(stage: Stage) -> None:
    await ready(stage)
    await stage.pilot.press("4", "a")
    await timer_is(stage, TimerState.ARMED)


async def asking(stage: Stage) -> None:
    await armed(stage)
    await stage.pilot.press("3", "s")
    await stage.pilot.pause(0.2)


async def cancelled(stage: Stage) -> None:
    await armed(stage)
    await stage.pilot.press("3", "s", "s")

    def confirmed() -> bool:
        reports = (report for account in stage.desk.view.accounts for report in account.reports)
        return any(report.outcome is Outcome.CONFIRMED for report in reports)

    await stage.until(confirmed)


async def late(stage: Stage) -> None:
    """Bitget does not answer the beats any more."""
    await armed(stage)
    beat = "/api/v3/trade/countdown-cancel-all"
    await stage.control("/sim/faults", account="bitget-uta", kind="drop", count=99, path=beat)
    await timer_is(stage, TimerState.LATE)


async def fired(stage: Stage) -> None:
    await late(stage)
    await timer_is(stage, TimerState.FIRED)


async def choosing(stage: Stage) -> None:
    await ready(stage)
    await stage.pilot.press("2", "o")
    await stage.pilot.pause(0.3)
    await stage.pilot.press("space", "down", "space", "down", "down", "space")
    await stage.pilot.pause(0.2)


async def panicked(stage: Stage) -> None:
    await armed(stage)
    await stage.pilot.press("X", "X")
    await stage.until(lambda: sum(len(a.reports) for a in stage.desk.view.accounts) >= 6)
    await stage.pilot.pause(0.5)


async def plotted(stage: Stage) -> None:
    """Some minutes of a venue whose answers take longer and longer."""
    await armed(stage)
    for late_ms in (40, 60, 50, 90, 70, 120, 160, 140, 220, 300, 380, 520, 640, 700):
        await stage.control(
            "/sim/faults", account="bitget-uta", kind="delay", count=6, delay_ms=late_ms
        )
        await stage.control("/sim/orders", account="bitget-uta", kind="USDT-FUTURES", count=2)
        await stage.pilot.pause(MINUTES * 60 / 14)
    await stage.pilot.press("z")
    await stage.pilot.pause(2.0)


async def locked(stage: Stage) -> None:
    await armed(stage)
    await stage.pilot.press("l")
    for _ in range(2):
        await stage.pilot.pause(0.3)
        await stage.pilot.press(*"4417", "enter")
        await stage.pilot.pause(0.5)
    await stage.until(lambda: stage.app.desk.locked)


MINUTES = 3
DARK, LIGHT = "killdesk-dark", "killdesk-light"
SCENES: tuple[tuple[str, tuple[int, int], str, Drive], ...] = (
    ("desk", (160, 46), DARK, cancelled),
    ("desk-light", (160, 46), LIGHT, cancelled),
    ("desk-contrast", (160, 46), "killdesk-contrast", cancelled),
    ("asking", (120, 40), DARK, asking),
    ("late", (120, 40), DARK, late),
    ("fired-light", (120, 40), LIGHT, fired),
    ("choose", (120, 40), DARK, choosing),
    ("panic", (120, 40), DARK, panicked),
    ("panic-light", (120, 40), LIGHT, panicked),
    ("plots", (120, 40), DARK, plotted),
    ("locked", (120, 40), DARK, locked),
    ("small", (80, 24), DARK, armed),
    ("wall", (240, 60), DARK, armed),
)
RECORDED = ("recording", (120, 36))


@asynccontextmanager
async def staged(size: tuple[int, int], theme: str) -> AsyncIterator[Stage]:
    """A demo desk and its screen, both ended afterwards."""
    with demo_desk() as demo:
        desk = LiveDesk(demo.accounts, lambda one: demo.secrets[one.name])
        desk.start()
        try:
            app = KilldeskApp(desk, demo=True)
            async with app.run_test(size=size, notifications=True) as pilot:
                app.theme = theme
                yield Stage(pilot, app, desk, demo.url)
        finally:
            desk.stop()


async def picture(size: tuple[int, int], theme: str, drive: Drive) -> str:
    """The screen as it stands after a drive, as SVG."""
    async with staged(size, theme) as stage:
        await drive(stage)
        return stage.app.export_screenshot(title=TITLE)


async def panic_recorded(size: tuple[int, int]) -> Recording:
    """An armed desk, one gesture, and the outcomes as they come."""
    recording = Recording()
    async with staged(size, DARK) as stage:
        await armed(stage)
        async with recording.of(stage.pilot, TITLE):
            await stage.pilot.pause(1.5)
            await stage.pilot.press("X")
            await stage.pilot.pause(0.7)
            await stage.pilot.press("X")
            await stage.until(lambda: sum(len(a.reports) for a in stage.desk.view.accounts) >= 6)
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
