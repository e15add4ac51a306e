"""What calls for somebody: a flash, and a note on the desktop that no text can break out of."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events

from tui.core.deadman.view import TimerState
from tui.core.desk import DeskView
from tui.ui.alarms.desktop_notification import (
    DesktopNotifier,
    NotificationProtocol,
    note,
    notification_protocol,
)

EVIL = "a;b\x1b]52;c;ZXZpbA==\x07\x1b\\\x9d0;x\x9c\u202e" + "long" * 100


@pytest.mark.parametrize(
    ("environment", "speech"),
    [
        ({"TERM": "xterm-kitty"}, NotificationProtocol.OSC_99),
        (
            {"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1", "TMUX": "x"},
            NotificationProtocol.OSC_99,
        ),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, NotificationProtocol.OSC_9),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, NotificationProtocol.OSC_9),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, NotificationProtocol.OSC_777),
        ({"TERM": "xterm-ghostty"}, NotificationProtocol.OSC_777),
        ({"TERM": "foot"}, NotificationProtocol.OSC_777),
        ({"TERM": "rxvt-unicode-256color"}, NotificationProtocol.OSC_777),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, NotificationProtocol.OSC_777),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230804"}, NotificationProtocol.OSC_777),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, NotificationProtocol.NONE),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, NotificationProtocol.NONE),
        ({"TERM": "screen", "STY": "1.x", "VTE_VERSION": "7600"}, NotificationProtocol.NONE),
        ({"TERM": "linux"}, NotificationProtocol.NONE),
        ({}, NotificationProtocol.NONE),
    ],
)
def test_only_terminals_that_are_known_to_understand_are_asked(
    environment: dict[str, str], speech: NotificationProtocol
) -> None:
    assert notification_protocol(environment) is speech


@pytest.mark.parametrize(
    ("speech", "asked"),
    [
        (NotificationProtocol.OSC_9, "\x1b]9;killdesk: FIRED\x1b\\"),
        (NotificationProtocol.OSC_777, "\x1b]777;notify;killdesk;FIRED\x1b\\"),
        (
            NotificationProtocol.OSC_99,
            "\x1b]99;i=killdesk:d=0;killdesk\x1b\\\x1b]99;i=killdesk:d=1:p=body:u=2;FIRED\x1b\\",
        ),
        (NotificationProtocol.NONE, ""),
    ],
)
def test_each_speech_has_its_sequence(speech: NotificationProtocol, asked: str) -> None:
    assert note(speech, "killdesk", "FIRED") == asked


def test_tmux_is_asked_to_pass_it_on() -> None:
    wrapped = note(NotificationProtocol.OSC_9, "k", "FIRED", tmux=True)
    assert wrapped == "\x1bPtmux;\x1b\x1b]9;k: FIRED\x1b\x1b\\\x1b\\"
    assert note(NotificationProtocol.NONE, "k", "FIRED", tmux=True) == ""


@pytest.mark.parametrize(
    "speech",
    [NotificationProtocol.OSC_9, NotificationProtocol.OSC_99, NotificationProtocol.OSC_777],
)
def test_no_text_breaks_out(speech: NotificationProtocol) -> None:
    asked = note(speech, EVIL, EVIL)
    bodies = re.split("\x1b]|\x1b\\\\", asked)
    assert all(body.isprintable() for body in bodies)
    assert len(asked) < 500
    assert asked.count(";") == note(speech, "a", "b").count(";")


def calling(app: Any, **environment: str) -> list[str]:
    """What goes to a terminal of that environment from now on."""
    written: list[str] = []
    app.ringing.attention = DesktopNotifier(
        app, app.dashboard, written.append, notify=True, environment=environment
    )
    return written


async def test_a_note_goes_to_the_desktop_unless_somebody_looks(make: SimpleNamespace) -> None:
    late = make.timer(TimerState.LATE)
    for looked_at, noted in ((None, 1), (events.AppBlur(), 1), (events.AppFocus(), 0)):
        desk = make.FakeDesk(DeskView((make.bitget(gauge=make.timer()),)))
        async with make.shown(desk) as (app, pilot):
            written = calling(app, TERM="xterm-kitty")
            if looked_at is not None:
                app.post_message(looked_at)
                await pilot.pause()
            desk.put(make.bitget(gauge=late))
            await make.until(pilot, lambda app=app: bool(app.alarms.standing))
            assert len(written) == noted
            if noted:
                assert "LATE since" in written[0] and "bitget-mm" in written[0]


async def test_notes_can_be_switched_off(make: SimpleNamespace, monkeypatch: Any) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    for wanted in (True, False):
        desk = make.FakeDesk(DeskView((make.bitget(),)))
        async with make.shown(desk, notify_desktop=wanted) as (app, _):
            written: list[str] = []
            monkeypatch.setattr(app.ringing.attention, "_write", written.append)
            app.ringing.attention.call("killdesk", "bitget-mm FIRED")
            assert any("FIRED" in text for text in written) is wanted


@pytest.mark.parametrize("dialog", [False, True])
async def test_the_edges_flash_once_for_each_ring(make: SimpleNamespace, dialog: bool) -> None:
    clock = make.Clock()
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk, clock=clock) as (app, pilot):
        flashes: list[str] = []
        watched = [app.dashboard.header, app.dashboard.keybar]
        if dialog:
            await pilot.press("i")
            watched.append(app.screen)
        for edge in watched:

            def add(name: str, edge: Any = edge, then: Any = edge.add_class, **kw: Any) -> None:
                flashes.extend([type(edge).__name__] * (name == "-flash"))
                then(name, **kw)

            edge.add_class = add
        late = make.bitget(gauge=make.timer(TimerState.LATE))
        desk.put(late)
        await make.until(pilot, lambda: bool(flashes))
        await make.until(pilot, lambda: not any(edge.has_class("-flash") for edge in watched))
        for _ in range(3):
            desk.put(late)
            await pilot.pause()
        expected = ["Header", "KeyBar", "ReadinessScreen"]
        assert flashes == expected[: len(watched)]
        desk.put(make.bitget(gauge=make.timer(TimerState.FIRED)))
        clock.ahead_s += 1.0
        await make.until(pilot, lambda: len(flashes) == 2 * len(watched))


async def test_without_colour_the_flash_turns_the_lines_over(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    async with make.shown(desk) as (app, pilot):

        def turned() -> list[bool]:
            strips = app.screen._compositor.render_strips()
            return [
                any(part.style and part.style.reverse for part in strips[row]) for row in (0, -1)
            ]

        assert turned() == [False, False]
        app.ringing.attention.call("killdesk", "FIRED")
        await pilot.pause()
        assert turned() == [True, True]
