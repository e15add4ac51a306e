"""Faults of killdesk's own: a dialog fails alone, and a crash tells what is known."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RUN = str(Path(__file__).parent / "meddling" / "run.py")
CRASHED = 70
LISTS = ("/api/v5/sprd/orders-pending", "/api/v5/rfq/quotes")
STYLE = re.compile(r"\x1b[\[\]()][0-9;?<>=]*[ -/]*[@-~]|[\r\n]+")
Open = Callable[..., Any]


class Desk:
    """A desk in a terminal, in which something is going to fail."""

    def __init__(self, terminal: Any, log: Path) -> None:
        self.terminal = terminal
        self._log = log

    def begin(self) -> None:
        """From here on the functions fail."""
        self.terminal.kill(signal.SIGUSR1)
        end = time.monotonic() + 60
        while "begun" not in self._log.read_text():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.02)

    def press_twice(self, key: str) -> None:
        self.terminal.press(key)
        # On the desk; above a dialog.
        self.terminal.wait_for(lambda text: "AGAIN" in text or "again cancels" in text)
        self.terminal.press(key)

    @property
    def said(self) -> str:
        """All that the terminal was sent, without its control sequences, on one line."""
        return STYLE.sub(" ", self.terminal.received.decode(errors="replace"))


@pytest.fixture
def meddled(terminal: Open, configured: str, tmp_path: Path) -> Callable[..., Desk]:
    """Opens a desk in which the functions of `fault` are going to raise."""

    def start(fault: str, **env: str) -> Desk:
        log = tmp_path / "meddled.log"
        opened = terminal(
            *("--config", configured), columns=200, rows=46, runner=(RUN,),
            MEDDLE_LOG=str(log), MEDDLE_FAULT=fault, **env,
        )  # fmt: skip
        return Desk(opened, log)

    return start


def emptied(simulator: Any) -> Callable[[str], bool]:
    return lambda _: all(account["open"] == 0 for name, account in
                         simulator.state()["accounts"].items() if name != "bitget-uta")  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [
        "tui.ui.app.app:summarise",
        "tui.ui.panic.screen:PanicScreen.__init__",
        "tui.ui.panic.screen:PanicScreen.compose",
        "tui.ui.panic.screen:PanicScreen.on_mount",
        "tui.ui.panic.screen:PanicScreen.paint",
        "tui.ui.panic.screen:PanicScreen.show",
        "tui.ui.panic.screen:PanicTitle.paint",
        "tui.ui.panic.screen:panic_lines",
        "textual.css.stylesheet:Stylesheet.read textual.app:App._load_screen_css",
    ],
)
def test_a_summary_that_fails_stops_no_cancel(
    meddled: Callable[..., Desk], simulator: Any, fault: str
) -> None:
    desk = meddled(fault, MEDDLE_LATER="1")
    terminal = desk.terminal
    terminal.wait_for("4 of 4 ready")
    desk.begin()
    desk.press_twice("X")
    terminal.wait_for("KeyError")
    terminal.wait_for(emptied(simulator))
    simulator.orders("okx-desk", "quote", 3)
    terminal.wait_for(lambda text: "AGAIN" not in text and "again cancels" not in text)
    desk.press_twice("X")
    terminal.wait_for(lambda _: simulator.open("okx-desk", "quote") == 0)
    terminal.kill(signal.SIGTERM)
    assert terminal.wait_end() == 128 + signal.SIGTERM
    assert "canary" not in desk.said and "Traceback" not in desk.said


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("tui.ui.help.screen:HelpScreen.__init__", "?"),
        ("tui.ui.dashboard.screen:DeskScreen.action_readiness", "i"),
        ("tui.ui.dialogs.report_screen:ReportScreen.paint", "v"),
        ("tui.ui.terminal.title:TerminalTitle.say", ""),
        ("textual.app:App.notify", "\x13?"),
    ],
)
def test_a_dialog_that_fails_takes_no_key_away(
    meddled: Callable[..., Desk], simulator: Any, fault: str, key: str
) -> None:
    desk = meddled(fault, MEDDLE_LATER="1")
    terminal = desk.terminal
    terminal.wait_for("4 of 4 ready")
    desk.begin()
    terminal.press(key)
    if "notify" not in fault:
        terminal.wait_for("KeyError")
    else:
        terminal.wait_for("go to a panel")
        terminal.press("?")
        terminal.wait_for(lambda text: "go to a panel" not in text)
    desk.press_twice("X")
    terminal.wait_for(emptied(simulator))
    terminal.wait_for("6 of 6 confirmed")
    terminal.kill(signal.SIGTERM)
    assert terminal.wait_end() == 128 + signal.SIGTERM
    assert "canary" not in desk.said and "Traceback" not in desk.said


@pytest.mark.parametrize(
    ("fault", "error", "place"),
    [
        ("tui.ui.dashboard.screen:DeskScreen.tick", "KeyError", "KeyError at"),
        ("tui.ui.dashboard.screen:DeskScreen.tick", "MemoryError", "MemoryError at"),
        ("textual.screen:Screen._compositor_refresh", "KeyError", "KeyError at"),
        ("textual.driver:Driver.process_message", "KeyError", "while it read keys"),
        ("tui.ui.app.app:KilldeskApp.on_event", "KeyError", "KeyError at"),
    ],
)
def test_a_crash_waits_for_the_cancels_and_tells_what_is_known(
    meddled: Callable[..., Desk], simulator: Any, fault: str, error: str, place: str
) -> None:
    desk = meddled(fault, MEDDLE_LATER="1", MEDDLE_ERROR=error)
    terminal = desk.terminal
    terminal.wait_for("4 of 4 ready")
    terminal.press("a")
    terminal.wait_for("ARMED")
    for path in LISTS:
        simulator.faults("okx-desk", "delay", 40, path=path, delay_ms=9000)
    terminal.press("s")
    terminal.wait_for("AGAIN")
    terminal.press("s")
    terminal.wait_for(lambda _: simulator.open("okx-desk", "spread") == 0)
    desk.begin()
    terminal.press("p")
    assert terminal.wait_end() == CRASHED
    said = desk.said
    assert f"killdesk's screen stopped on a fault of its own ({place}" in said
    assert "Cancels that were sent may still be carried out." in said
    assert "Still under way: okx-desk spreads." in said
    assert re.search(r"okx-desk spreads: (confirmed|unresolved)", said), said[-2000:]
    assert "bitget-uta: the dead-man timer was left running" in said
    assert re.search(r"okx-desk: \d+ open .*, as of [\d:]+ UTC", said), said[-2000:]
    assert re.search(r"bitget-uta: \d+ open .*; not covered: 6 strategy, as of", said), said[-2000:]
    assert "orders rest" not in said.lower()
    assert "canary" not in said and "Traceback" not in said
    assert "\x1b[?1049l" in terminal.received.decode(errors="replace")
    assert terminal.echoes, "the terminal must be given back as it was"


def test_a_crash_before_the_screen_stands(meddled: Callable[..., Desk]) -> None:
    desk = meddled("tui.ui.dashboard.view:DashboardView.on_mount")
    assert desk.terminal.wait_end() == CRASHED
    assert "killdesk's screen stopped on a fault of its own (KeyError at" in desk.said
    assert "canary" not in desk.said and "Traceback" not in desk.said
    assert desk.terminal.echoes


def test_the_trail_of_a_crash_is_shown_when_asked_for(meddled: Callable[..., Desk]) -> None:
    desk = meddled("tui.ui.dashboard.view:DashboardView.on_mount", KILLDESK_DEBUG="1")
    assert desk.terminal.wait_end() == CRASHED
    assert "desk_face.py" in desk.said or "run.py" in desk.said
    assert "canary-4711" not in desk.said
