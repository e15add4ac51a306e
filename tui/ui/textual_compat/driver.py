"""The terminal's driver: keys are read and dated at once, and output holds up nothing.

Textual has no public interface for drivers. Its own for Linux and macOS

* blocks the event loop, keys included, as soon as thirty writes wait for the terminal,
* looks for keys ten times a second, and takes parts of sequences for keys (`messages.py`),
* leaves the terminal as the shell made it when the process is continued after a SIGSTOP.

Report: `.github/upstream/output-blocks-and-input-is-polled.md`.
Needed while these pass, in `test_driver.py`:
`test_textual_still_holds_up_who_writes`,
`test_textual_still_looks_for_keys_all_the_time`,
`test_textual_still_does_not_return_from_a_plain_stop`.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import sys
import termios
import time
import tty
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING

from textual import constants, events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from tui.ui.terminal import kitty
from tui.ui.terminal.encoding import encoder
from tui.ui.terminal.tokens import Tokenizer
from tui.ui.terminal.writer import TerminalWriter
from tui.ui.textual_compat.messages import Messages

if TYPE_CHECKING:
    from textual.app import App

_LOOK_S = 5.0
"""Between two looks at whether the input is to end, should it ever not be woken for that."""
_BACKGROUND_S = 1.0
"""Between two looks at whether the shell has given the terminal back."""
_READ_BYTES = 4096
_WAKE = b"\0"
_CLOSE_S = 1.0
"""How long a terminal may take for the last that is written to it."""
_GAP_S = 2.0
"""A wait that is longer by so much was none: the machine slept, or the process was frozen in a way
that no signal tells of."""


class TerminalDriver(LinuxDriver):
    """Sleeps until something is typed or written, and waits for no terminal."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._writer: TerminalWriter | None = None
        self._left: TerminalWriter | None = None
        """It is still waiting for the terminal to take the end of what it writes."""
        self._resumed = False
        """What waits to be read may have been typed while the process was stopped."""
        self._open_wake()
        # Of all threads only the one that reads keys may be interrupted by SIGCONT: so it learns
        # of a stop before it can read what was typed meanwhile. Threads inherit this.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})

    def _open_wake(self) -> None:
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    # --- output -----------------------------------------------------------------------------------

    def write(self, data: str) -> None:
        """Hands `data` over to be written; returns at once, whatever the terminal does."""
        if self._writer is not None:
            self._writer.write(data)

    def output_blocked_s(self) -> float:
        """For how many seconds the terminal has taken no output though some waits."""
        return self._writer.blocked_s() if self._writer is not None else 0.0

    def _gap_over(self) -> None:
        """Called by the writer's thread."""
        with contextlib.suppress(RuntimeError):  # the screen is closed
            self._loop.call_soon_threadsafe(self._draw_anew)

    def _draw_anew(self) -> None:
        if self._writer is not None:
            self._writer.redraw_due()
            self._app.refresh(layout=True)

    # --- modes of the terminal --------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Takes the terminal over."""
        assert self._file is not None  # there is a terminal
        self._writer = TerminalWriter(
            self._file.fileno(),
            self._gap_over,
            encode=encoder(self._file.encoding),
            after=self._left,
        )
        signal.signal(signal.SIGWINCH, self._resized)
        try:
            self.attrs_before = termios.tcgetattr(self.fileno)
        except termios.error:
            self.attrs_before = None  # not a terminal
        self._take_terminal()
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._key_thread = Thread(target=self._run_input_thread, name="terminal-input")
        self._key_thread.start()
        self._set_modes()
        self._tell_size()
        if self._must_signal_resume:
            self._must_signal_resume = False
            self.send_message(self.SignalResume())

    def _take_terminal(self) -> None:
        """Characters come one by one, and are not shown."""
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            attributes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)

    def _set_modes(self) -> None:
        self.write("\x1b[?1049h")  # the alternate screen
        self._enable_mouse_support()
        self.write("\x1b[?25l")  # no cursor
        self.write("\x1b[?1004h")  # focus is reported
        if not constants.DISABLE_KITTY_KEY:
            self.write(kitty.PUSH)
        self._request_terminal_sync_mode_support()
        self._query_in_band_window_resize()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self._enable_mouse_support()  # iTerm 3.5.0 forgets it

    def stop_application_mode(self) -> None:
        """Gives the terminal back as it was."""
        self._disable_bracketed_paste()
        self._enable_line_wrap()
        self._disable_in_band_window_resize()
        self.disable_input()
        if self.attrs_before is not None and not self._in_background():
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        if not constants.DISABLE_KITTY_KEY:
            self.write(kitty.POP)  # each of the two screens has flags of its own
        self.write("\x1b[?1049l")
        self.write("\x1b[?25h")
        self.write("\x1b[?1004l")

    def close(self) -> None:
        """Writes what waits. A terminal that does not take it is left alone from then on."""
        writer, self._writer = self._writer, None
        if writer is None or writer.close(_CLOSE_S):
            return
        self._left = writer
        # What is said at the end would wait for the terminal, and the process with it.
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None and stream.isatty():
                setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115

    def _resized(self, _signum: int, _frame: FrameType | None) -> None:
        if not self._in_band_window_resize:
            self._tell_size()

    def _tell_size(self) -> None:
        size = Size(*self._get_terminal_size())
        self.send_message(events.Resize(size, size))

    # --- stopped and continued --------------------------------------------------------------------

    def _sigtstp_application(self, *_: object) -> None:
        """Ctrl+Z, or SIGTSTP: the shell gets its terminal, and we get it back when we go on."""
        restarts = self._auto_restart
        if restarts:
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)
        if restarts:
            while self._in_background():
                os.kill(os.getpid(), signal.SIGSTOP)
            # That it went on is known: it is not to be found out a second time.
            if signal.SIGCONT in signal.sigpending():
                signal.sigwait({signal.SIGCONT})
            self._must_signal_resume = self._resumed = True
            self.resume_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        """The thread that reads keys sees to it."""

    def _in_background(self) -> bool:
        """Whether the shell has the terminal."""
        try:
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        except OSError:
            return False  # the terminal is not that of the session, or gone

    def _return_to_terminal(self) -> None:
        """After a SIGSTOP from outside: the terminal may be in any state."""
        if self._writer is None:
            return
        self._writer.go_on()
        if not constants.DISABLE_KITTY_KEY:
            self.write(kitty.POP)
        self._set_modes()
        self._tell_size()
        self._app.refresh(layout=True)

    # --- input ------------------------------------------------------------------------------------

    def disable_input(self) -> None:
        """Ends the thread that reads keys; nothing is waiting to be read after that."""
        if self._key_thread is None or self.exit_event.is_set():
            return
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self._disable_mouse_support()
        self.exit_event.set()
        with contextlib.suppress(BlockingIOError):  # full: it is awake
            os.write(self._wake, _WAKE)
        self._key_thread.join()
        self._key_thread = None
        self.exit_event.clear()
        signal.set_wakeup_fd(-1)
        if self._in_background():
            return  # the terminal is the shell's: who touches it now is stopped
        with contextlib.suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def run_input_thread(self) -> None:
        """Reads until the input is to end, or the terminal is gone; raises for no bytes."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCONT})
        tokenizer, messages = Tokenizer(), Messages(debug=self._debug)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            if self._resumed:
                self._resumed = False
                self._read_out(selector, tokenizer, messages)
            while not self.exit_event.is_set():
                wait_s, begun_s = _wait_s(tokenizer), _real_s()
                ready = {key.fd for key, _ in selector.select(wait_s)}
                frozen = _real_s() - begun_s > wait_s + _GAP_S
                stopped = self._was_continued()
                data = b""
                if self.fileno in ready and not stopped:  # else it may be the shell's to read
                    data = self._read_bytes()
                    if not data:
                        break  # the terminal is gone; the signal that says so ends the screen
                now_s = time.monotonic()
                # In this order: a stop from here on makes what was read old by its date.
                stopped = stopped or self._was_continued()
                messages.reports_size = self._in_band_window_resize
                if stopped or frozen:
                    tokenizer.reset()
                    self._pass_on(tokenizer, messages, data, now_s, stale=True)
                    if stopped and not self._catch_up(selector, tokenizer, messages):
                        break
                else:
                    self._pass_on(tokenizer, messages, data, now_s)

    def _pass_on(
        self,
        tokenizer: Tokenizer,
        messages: Messages,
        data: bytes,
        now_s: float,
        *,
        stale: bool = False,
    ) -> None:
        tokens = tokenizer.feed(data, now_s) if data else tokenizer.expire(now_s)
        for token in tokens:
            for message in messages.of(token, stale=stale):
                self.process_message(message)

    def _catch_up(
        self, selector: selectors.BaseSelector, tokenizer: Tokenizer, messages: Messages
    ) -> bool:
        """After the process was stopped; False if the terminal is gone, or the input is to end.

        While it took whole lines the terminal kept the last one back: it is taken over first.
        """
        writer = self._writer
        if writer is not None and self._in_background():
            writer.pause()  # it would draw over the shell
        with selectors.DefaultSelector() as waking:
            waking.register(self._woken, selectors.EVENT_READ)
            while self._in_background():
                waking.select(_BACKGROUND_S)
                self._was_continued()
                if self.exit_event.is_set():
                    return False
        self._take_terminal()
        if not self._read_out(selector, tokenizer, messages):
            return False
        with contextlib.suppress(RuntimeError):  # the screen is closed
            self._loop.call_soon_threadsafe(self._return_to_terminal)
        return True

    def _read_out(
        self, selector: selectors.BaseSelector, tokenizer: Tokenizer, messages: Messages
    ) -> bool:
        """Reads what the terminal holds, typed at nobody knows what time; False if it is gone."""
        while any(key.fd == self.fileno for key, _ in selector.select(0)):
            data = self._read_bytes()
            if not data:
                return False
            self._pass_on(tokenizer, messages, data, time.monotonic(), stale=True)
        tokenizer.reset()
        return True

    def _read_bytes(self) -> bytes:
        try:
            return os.read(self.fileno, _READ_BYTES)
        except OSError:
            return b""

    def _was_continued(self) -> bool:
        """Whether the process was stopped since this was asked for last."""
        try:
            signals = os.read(self._woken, _READ_BYTES)
        except BlockingIOError:
            return False
        return signal.SIGCONT in signals


def _wait_s(tokenizer: Tokenizer) -> float:
    if tokenizer.deadline_s is None:
        return _LOOK_S
    return min(_LOOK_S, max(0.0, tokenizer.deadline_s - time.monotonic()))


def _real_s() -> float:
    """A clock that goes on while the machine sleeps, where there is one."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)
