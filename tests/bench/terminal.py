"""A program in a pseudo-terminal that is read all the time, for the figures in this folder."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.bench.figures import Failed

COLUMNS, ROWS = 120, 40
LONGEST_S = 60.0
END_S = 15.0
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.|[─-╿]")
"""Control sequences, and the frames of tables."""


class Terminal:
    """Starts `command` as a terminal window would. A context manager: leaving it ends the program.

    Settings and state of the program lie in `home`, so that it finds none of the user's own.
    While `reading` is cleared nobody reads what it writes.
    """

    def __init__(self, command: Sequence[str], home: Path, **more: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        foreign = ("TEXTUAL", "XDG_", "KILLDESK", "NO_COLOR")
        env = {name: word for name, word in os.environ.items() if not name.startswith(foreign)}
        env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": str(home), **more}
        self._said = bytearray()
        self._heard = threading.Condition()
        self.reading = threading.Event()
        self.reading.set()
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.reading.set()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        os.close(self._master)

    @property
    def written(self) -> int:
        """Bytes that the program has written so far."""
        return len(self._said)

    @property
    def unread(self) -> int:
        """Bytes that the program has written and nobody has read yet."""
        count = fcntl.ioctl(self._master, termios.FIONREAD, b"\0" * 4)
        return int.from_bytes(count, sys.byteorder)

    def press(self, keys: str) -> float:
        """Types, and returns when: seconds on the monotonic clock, which all processes share."""
        at_s = time.monotonic()
        os.write(self._master, keys.encode())
        return at_s

    def wait_for(self, text: str, since: int = 0) -> float:
        """Waits until the program has written `text`, after so many bytes; returns when it was.

        Raises Failed if it ends before, or takes too long.
        """
        wanted = text.encode()
        until_s = time.monotonic() + LONGEST_S
        with self._heard:
            while self._said.find(wanted, since) < 0:
                since = max(since, len(self._said) - len(wanted))
                if not self._heard.wait(min(1.0, max(0.0, until_s - time.monotonic()))):
                    self.check()
                    if time.monotonic() > until_s:
                        raise Failed(f"{text!r} did not appear within {LONGEST_S:g} s")
            return self._at_s

    def check(self) -> None:
        """Raises Failed if the program has ended."""
        if (code := self.process.poll()) is not None:
            raise Failed(f"the program ended with {code}: {self._last_words()}")

    def _last_words(self) -> str:
        said = _SEQUENCE.sub(" ", self._said.decode(errors="replace"))
        return " ".join(said.split())[-200:]

    def _read(self) -> None:
        with suppress(OSError):  # the other end is closed
            while self.reading.wait() and (data := os.read(self._master, 65536)):
                with self._heard:
                    self._at_s = time.monotonic()
                    self._said += data
                    self._heard.notify_all()
