"""The end of the screen: a fault of ours prints no variable, and signals end it in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from textual.app import App
from textual.screen import ModalScreen

from tui.service.settings.loader import Settings
from tui.service.settings.store import SettingsStore
from tui.ui.app.welcome import WelcomeApp
from tui.ui.textual_compat.crash_report import CRASHED, CrashReport, crash_sentence

CANARY = "canary-4711"
CRASH = f"""
import sys
from tui.ui.textual_compat.crash_report import CrashReport

class Broken(CrashReport[None]):
    def on_mount(self):
        secret = "{CANARY}"
        raise ValueError("about " + secret)

app = Broken()
app.run(headless=True)
sys.exit(app.return_code)
"""


def test_a_crash_prints_one_sentence_and_no_variable() -> None:
    root = Path(__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-c", CRASH], cwd=root, capture_output=True, text=True, timeout=60,
        env={**os.environ, "COLUMNS": "400"}, check=False,
    )  # fmt: skip
    said = run.stdout + run.stderr
    assert CANARY not in said
    assert "Traceback" not in said
    assert "ValueError" in said and "killdesk cancel --all" in said
    assert run.returncode == CRASHED


def test_textual_still_prints_variables() -> None:
    """Else `CrashReport` need not print its own sentence in place of Textual's report."""
    program = CRASH.replace("CrashReport[None]", "App[None]").replace(
        "tui.ui.textual_compat.crash_report import CrashReport", "textual.app import App"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300,
        env={**os.environ, "COLUMNS": "400"}, check=False,
    )  # fmt: skip
    assert f'secret = "{CANARY}"' in run.stderr.replace("'", '"').split("raise ValueError")[-1]


async def test_textual_still_ends_for_a_fault_in_a_dialog() -> None:
    """Else `CrashReport.close_screen` is not needed."""

    class Broken(ModalScreen[None]):
        def on_key(self) -> None:
            raise ValueError(CANARY)

    app = App[None]()
    with pytest.raises(ValueError, match=CANARY):
        async with app.run_test() as pilot:
            await app.push_screen(Broken())
            await pilot.press("x")
    assert app.return_code == 1


def test_the_sentence_names_the_place_but_not_the_words() -> None:
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        said = crash_sentence(error)
    assert "KeyError" in said and "test_crash.py" in said and CANARY not in said


async def test_a_fault_that_only_the_loop_hears_of_is_shown_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    import asyncio

    def broken() -> None:
        raise KeyError(CANARY)

    app = CrashReport[None]()
    async with app.run_test(notifications=True) as pilot:
        asyncio.get_running_loop().call_soon(broken)
        await pilot.pause()
        await pilot.pause()
        (told,) = [notice.message for notice in app._notifications]
    assert "a fault of killdesk's own (KeyError at test_crash.py" in told
    assert CANARY not in told
    assert CANARY not in caplog.text


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this platform has no SIGHUP")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
async def test_signals_end_in_order_and_are_given_back(name: str) -> None:
    import asyncio

    from tui.ui.quit.signals import Signals

    number = getattr(signal, name)
    before = signal.getsignal(number)
    got: list[int] = []
    signals = Signals(got.append, deadline_s=None)
    signals.install()
    try:
        os.kill(os.getpid(), number)
        for _ in range(100):
            await asyncio.sleep(0.01)
            if got:
                break
    finally:
        signals.restore()
    assert got == [number]
    assert signal.getsignal(number) == before


@pytest.mark.skipif(os.name != "posix", reason="this platform has no pseudo-terminals")
@pytest.mark.parametrize(("closed", "look_every_s"), [(True, 0.02), (False, 0.02), (True, 60.0)])
async def test_a_terminal_that_is_gone_ends_in_order_without_a_signal(
    monkeypatch: pytest.MonkeyPatch, closed: bool, look_every_s: float
) -> None:
    """Linux tells of it at once; elsewhere somebody has to look."""
    import asyncio
    import pty

    from tui.ui.quit.signals import Signals

    master, slave = pty.openpty()
    got: list[int] = []
    if look_every_s > 1 and sys.platform != "linux":
        pytest.skip("this system need not tell of it")
    signals = Signals(got.append, None, look_every_s=look_every_s)
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "__stdin__", terminal)
        signals.install()
        try:
            if closed:
                os.close(master)
            for _ in range(100 if closed else 10):
                await asyncio.sleep(0.02)
                if got:
                    break
        finally:
            signals.restore()
            if not closed:
                os.close(master)
        await asyncio.sleep(0.05)
    assert got == ([signal.SIGHUP] if closed else [])


def test_off_the_main_thread_signals_are_left_alone() -> None:
    from tui.ui.quit.signals import Signals

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=Signals(lambda _: None).install)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    ("keys", "choice"), [("d", "demo"), ("enter", "demo"), ("q", "quit"), ("ctrl+c", "quit")]
)
async def test_the_welcome_screen_returns_the_choice(keys: str, choice: str) -> None:
    app = WelcomeApp(SettingsStore(Settings(), Path("config.toml")))
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press(keys)
        await pilot.pause()
    assert app.return_value == choice
