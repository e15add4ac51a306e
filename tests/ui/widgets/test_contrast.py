"""Every text can be read on its ground, and no eye needs red or green to tell the states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from rich.color import Color

from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.ui.alarms.desktop_notification import DesktopNotifier
from tui.ui.widgets.themes import CONTRAST, OWN

LEAST = {"killdesk-dark": 4.5, "killdesk-light": 4.5, "killdesk-contrast": 7.0}
"""WCAG AA, and AAA for the theme that promises it."""
LEAST_BLOCKS = 3.0
"""For figures that are drawn with blocks: they are large."""
SIGNS = frozenset("●▲✕✓?⊖◌○■▶◇■→←")
BLOCKS = frozenset("█▀▄")


def light(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of WCAG 2: 1 to 21."""
    red, green, blue = (0.2126, 0.7152, 0.0722)
    first, second = (
        red * light(r / 255) + green * light(g / 255) + blue * light(b / 255)
        for r, g, b in (one, other)
    )
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def texts(app: Any) -> Iterator[tuple[str, Color, Color]]:
    """What stands on the screen, piece by piece, with its colour and its ground.

    Of a dialog only itself: the desk behind it is veiled, and meant to be.
    """
    screen = app.screen
    region = screen.children[0].region if screen.is_modal else screen.region
    for strip in screen._compositor.render_strips()[region.y : region.bottom]:
        for segment in strip.crop(region.x, region.right):
            style = segment.style
            if style is not None and style.color is not None and style.bgcolor is not None:
                swapped = style.reverse or False
                fore, back = (style.color, style.bgcolor)[:: -1 if swapped else 1]
                yield segment.text, fore, back


def pale(app: Any, least: float) -> list[str]:
    """Texts that cannot be read well enough."""
    found = []
    for text, fore, back in texts(app):
        words = any(char.isalnum() or char in SIGNS for char in text)
        needed = least if words else LEAST_BLOCKS if BLOCKS & set(text) else 0.0
        ratio = contrast(fore.get_truecolor(), back.get_truecolor())
        if ratio < needed:
            colours = f"{fore.get_truecolor().hex} on {back.get_truecolor().hex}"
            found.append(f"{text.strip()!r} {colours} {ratio:.1f}")
    return list(dict.fromkeys(found))


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged is what stands, not the third of a second in which an alarm turns the edges red."""
    monkeypatch.setattr(DesktopNotifier, "_flash", lambda _: None)


@pytest.mark.parametrize(
    ("theme", "colour"), [*((theme.name, True) for theme in OWN), ("killdesk-dark", False)]
)
async def test_every_text_can_be_read(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, theme: str, colour: bool
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    least = LEAST[theme] if colour else 4.5
    late = make.bitget("bitget-late", make.timer(TimerState.LATE, message="no answer"))
    desk = make.FakeDesk(DeskView((*make.troubled(), late, make.okx("okx-zero", 0, 0))))
    for frame in make.frames(20):
        desk.frames.put(frame)
    desk.frames.put(replace(make.frames(1, 21)[0], error=True))
    async with make.shown(desk, (140, 46)) as (app, pilot):
        app.theme = theme
        await pilot.pause()
        assert not pale(app, least), "the desk"
        for key, what in (("c", "asking"), ("2", "selected"), ("p", "paused"), ("/", "filtering")):
            await pilot.press(key)
            await pilot.pause()
            assert not pale(app, least), what
        await pilot.press("escape")
        for key in ("v", "i", "w", "o", "question_mark", "q", "enter"):
            await pilot.press(key)
            await make.until(pilot, lambda: app.screen is not app.dashboard)
            await pilot.pause()
            assert not pale(app, least), f"the dialog of {key}"
            await pilot.press("escape")
            await make.until(pilot, lambda: app.screen is app.dashboard)
        for view_only, locked in ((True, False), (False, True)):
            app.dashboard.bar(view_only=view_only, locked=locked)
            await pilot.pause()
            assert not pale(app, least), "view only" if view_only else "locked"
        await pilot.press("X", "X")
        await make.until(pilot, lambda: app.screen is not app.dashboard)
        await pilot.pause()
        assert not pale(app, least), "panic"


@pytest.mark.parametrize("theme", [theme.name for theme in OWN])
@pytest.mark.parametrize("paper", [True, False])
async def test_demo_and_paper_can_be_read(make: SimpleNamespace, theme: str, paper: bool) -> None:
    accounts = tuple(replace(account, paper=True) for account in make.many(3))
    desk = make.FakeDesk(DeskView(accounts, "a notice"))
    async with make.shown(desk, demo=not paper) as (app, pilot):
        app.theme = theme
        await pilot.pause()
        assert ("PAPER" if paper else "DEMO") in make.text(app).splitlines()[0]
        assert not pale(app, LEAST[theme])


# Colour-blind eyes: the matrices of Machado, Oliveira and Fernandes (2009), at full severity.

EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
APART = 25.0
"""Distance in CIELAB from which two colours are told apart at a glance; 2.3 is barely seen."""


def lab(colour: str, eye: str) -> tuple[float, float, float]:
    """CIELAB coordinates of a colour as that eye sees it."""
    seen = [light(channel / 255) for channel in Color.parse(colour).get_truecolor()]
    r, g, b = (
        min(1.0, max(0.0, sum(a * c for a, c in zip(line, seen, strict=True))))
        for line in EYES[eye]
    )

    def curve(t: float) -> float:
        return t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116

    x = curve((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
    y = curve(0.2126 * r + 0.7152 * g + 0.0722 * b)
    z = curve((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, eye: str) -> float:
    pairs = zip(lab(one, eye), lab(other, eye), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


@pytest.mark.parametrize("eye", EYES)
def test_the_high_contrast_states_differ_for_every_eye(eye: str) -> None:
    states = [CONTRAST.variables[f"killdesk-{name}"] for name in ("good", "careful", "bad")]
    assert min(distance(*pair, eye) for pair in combinations(states, 2)) >= APART


def test_the_measure_sees_what_colour_blind_eyes_do_not() -> None:
    red, green = "#d03030", "#808000"
    assert distance(red, green, "usual") > 60
    assert distance(red, green, "no green") < APART
