"""The gate: what a locked screen, or one that only looks, may ask of the desk."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from tui.core.desk import Desk, DeskView
from tui.core.desk_gate import LOCKED, VIEW_ONLY, DeskGate
from tui.core.frames import FrameFeed

LOOKING = {"view", "watch", "caught_up", "screen_alive", "note"}
ARGUMENTS: dict[str, tuple[object, ...]] = {
    "watch": (print,),
    "panic": (),
    "confirm_presence": (),
    "note": ("lock", "locked"),
}
"""Every other command takes an account."""
COMMANDS = sorted(
    name for name, _ in inspect.getmembers(Desk, inspect.isfunction) if name[0] != "_"
)


class Asked:
    """A desk that writes down what it is asked, whatever that is."""

    def __init__(self) -> None:
        self.frames = FrameFeed()
        self.view = DeskView((), "the picture")
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self.calls.append(name)


def asked(name: str, *, locked: bool = False, view_only: bool = False) -> tuple[bool, list[str]]:
    """Whether the command `name` came through, and what was said."""
    desk, said = Asked(), list[str]()
    gate = DeskGate(desk, view_only=view_only, denied=said.append)
    gate.locked = locked
    getattr(gate, name)(*ARGUMENTS.get(name, ("okx-desk",) if name not in LOOKING else ()))
    return desk.calls == [name], said


def test_the_commands_of_a_desk_are_known_here() -> None:
    assert {"cancel", "panic", "arm", "disarm", "refresh"} < set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_open_gate_passes_everything(name: str) -> None:
    assert asked(name) == (True, [])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_locked_screen_can_panic_and_nothing_else(name: str) -> None:
    passes = name in LOOKING or name == "panic"
    assert asked(name, locked=True) == (passes, [] if passes else [LOCKED])


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_screen_that_only_looks_reads_and_nothing_else(name: str, locked: bool) -> None:
    passes = name in LOOKING or name in {"refresh", "reconfigure"}
    assert asked(name, locked=locked, view_only=True) == (passes, [] if passes else [VIEW_ONLY])


def test_the_picture_and_the_frames_are_those_of_the_desk() -> None:
    desk = Asked()
    gate = DeskGate(desk, view_only=True)
    assert gate.view.notice == "the picture" and gate.frames is desk.frames
