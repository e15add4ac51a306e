"""A real terminal: the program in a pseudo-terminal, its screen read back cell by cell."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.dispositions import from_shell

if sys.platform == "win32":
    collect_ignore_glob = ["*test_*.py"]
else:
    import fcntl
    import pty
    import struct
    import termios

WAIT_S = 90.0
PAUSE_S = 0.4
"""Between two different keys: sooner they count as typing, not as commands."""
TAP_S = 0.06
"""Between two taps of one key: what comes in one piece is no press."""
READ_S = 5.0
"""What was typed is read by then, unless the program is stopped."""
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$p")
"""Keyboard protocols and questions to the terminal, at which pyte stumbles."""
UNFINISHED = re.compile(rb"\x1b(\[[0-?]*[ -/]*)?$")
"""A control sequence of which only the beginning has been read."""


class LenientScreen:
    """A screen that ignores, as terminals do, what it does not know of a control sequence.

    The echo of a key may end a sequence that the program has begun: `CSI 38;2;0;0;0` and an `X`.
    pyte raises on parameters that it does not expect.
    """

    def __init__(self, screen: pyte.Screen) -> None:
        self._screen = screen

    def __getattr__(self, name: str) -> Any:
        handler = getattr(self._screen, name)
        if name not in _CSI_HANDLERS:
            return handler
        known = inspect.signature(handler).parameters
        kinds = [one.kind for name, one in known.items() if name != "private"]
        named = kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)
        most = None if inspect.Parameter.VAR_POSITIONAL in kinds else named
        takes_private = "private" in known or inspect.Parameter.VAR_KEYWORD in kinds

        def handle(*params: int, **private: bool) -> None:
            unknown = bool(params) and params[0] > _LARGEST.get(name, params[0])
            if not unknown and (takes_private or not private):
                handler(*params[:most], **private)

        return handle


_CSI_HANDLERS = frozenset(pyte.Stream.csi.values())
_LARGEST = {"erase_in_display": 3, "erase_in_line": 2}


def _field(text: str) -> str:
    return next((line.partition("▸ ")[2] for line in text.splitlines() if "▸ " in line), "")


class Terminal:
    """One program in one pseudo-terminal, drained by a thread so that it never has to wait."""

    def __init__(
        self,
        args: list[str],
        env: dict[str, str],
        columns: int,
        rows: int,
        controlling: bool = False,
        ignoring: Sequence[signal.Signals] = (),
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(LenientScreen(self.screen))
        self._lock = threading.Condition()
        self._typed, self._typed_s = "", float("-inf")
        """What was typed last, and when."""
        self.received = bytearray()
        self._master, slave = pty.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        self.device = os.ttyname(slave)
        self.process = subprocess.Popen(
            from_shell(args, ignoring),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
            close_fds=True,
            preexec_fn=_take_terminal if controlling else None,
        )
        os.close(slave)
        self._hanging_up = threading.Event()
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def _drain(self) -> None:
        unfinished = b""
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            if self._hanging_up.is_set():
                os.close(self._master)
                self._master = -1
                return
            with self._lock:
                self.received += data
                shown = unfinished + data
                begun = UNFINISHED.search(shown)
                end = begun.start() if begun else len(shown)
                self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", shown[:end]))
                unfinished = shown[end:]
                self._lock.notify_all()
            if not data:
                return

    @property
    def text(self) -> str:
        with self._lock:
            return "\n".join(self.screen.display)

    def wait_for(self, wanted: str | Callable[[str], bool], timeout_s: float = WAIT_S) -> str:
        """The screen's text once it holds what is wanted; fails with the last screen seen."""
        holds = wanted if callable(wanted) else lambda text: wanted in text
        until = time.monotonic() + timeout_s
        with self._lock:
            while True:
                text = "\n".join(self.screen.display)
                if holds(text):
                    return text
                left = until - time.monotonic()
                if left <= 0:
                    what = wanted if isinstance(wanted, str) else "the condition"
                    pytest.fail(f"{what!r} did not appear within {timeout_s:g} s:\n{text}")
                self._lock.wait(left)

    @property
    def echoes(self) -> bool:
        """Whether the terminal is as a shell wants it: lines, and what is typed is shown."""
        local = termios.tcgetattr(self._master)[3]
        return bool(local & termios.ECHO) and bool(local & termios.ICANON)

    def press(self, keys: str) -> None:
        """Types it, as a calm hand does: after something else it takes a moment. What is several
        characters long comes in one piece, as a paste does."""
        self._pause(PAUSE_S if keys != self._typed else TAP_S)
        self._write(keys)

    def press_by_hand(self, *keys: str) -> None:
        """Presses one key after another, each when the one before has been read.

        Needs nothing on the screen, which may be stalled.
        """
        for key in keys:
            self.press(key)

    def _write(self, keys: str) -> None:
        self._typed, self._typed_s = keys, time.monotonic()
        os.write(self._master, keys.encode())

    def _pause(self, pause_s: float) -> None:
        """Returns so long after what was typed last was read; a stopped program reads
        nothing, and is not waited for."""
        waited = False
        with self._opened() as device:
            while time.monotonic() - self._typed_s < READ_S:
                if not struct.unpack("I", fcntl.ioctl(device, termios.FIONREAD, b"\0" * 4))[0]:
                    break
                waited = True
                time.sleep(0.002)
        since_s = 0.0 if waited else time.monotonic() - self._typed_s
        time.sleep(max(0.0, pause_s - since_s))

    def stall(self) -> None:
        """From now on the terminal takes no output, as after ctrl+s."""
        with self._opened() as device:
            termios.tcflow(device, termios.TCOOFF)

    def flow(self) -> None:
        """It takes output again."""
        with self._opened() as device:
            termios.tcflow(device, termios.TCOON)

    def cook(self) -> None:
        """Makes it as a shell does: lines, and what is typed is shown."""
        with self._opened() as device:
            attributes = termios.tcgetattr(device)
            attributes[3] |= termios.ECHO | termios.ICANON | termios.ISIG
            termios.tcsetattr(device, termios.TCSANOW, attributes)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        device = os.open(self.device, os.O_RDWR | os.O_NOCTTY)
        try:
            yield device
        finally:
            os.close(device)

    def twice(self, key: str) -> None:
        """Presses a key, and once the screen asks for it, again: several keys in one write would
        be a paste."""
        self.press(key)
        self.wait_for(lambda text: "AGAIN" in text or "again cancels" in text)
        self.press(key)

    @property
    def field(self) -> str:
        """The line of the field that takes what is typed, from its label on."""
        return _field(self.text)

    def go_to(self, label: str) -> None:
        """Goes to the field of that label with tab."""
        while not (at := self.field).startswith(label):
            self.press("\t")
            self.wait_for(lambda text, at=at: _field(text) not in ("", at))

    def lock_with_new(self, pin: str) -> None:
        """Locks a dashboard that has no PIN yet, by giving it this one."""
        self.press("l")
        self.wait_for("set a PIN")
        self.press(f"{pin}\r")
        self.wait_for("Once more")
        self.press(f"{pin}\r")
        self.wait_for("LOCKED")

    def wait_end(self, timeout_s: float = WAIT_S) -> int:
        code = self.process.wait(timeout_s)
        self._reader.join(timeout_s)
        return code

    def kill(self, sig: int = signal.SIGKILL) -> None:
        self.process.send_signal(sig)

    def hang_up(self) -> None:
        """Closes the terminal's window, at the next thing that the program writes to it.

        A descriptor that a thread reads from stays open until the read is over, so the thread
        itself has to close it.
        """
        self._hanging_up.set()
        self._reader.join(WAIT_S)
        assert self._master == -1, "the program wrote nothing"

    def close(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        # The number of a closed descriptor goes to the next terminal: nobody may still read it.
        self._reader.join(WAIT_S)
        if self._master != -1:
            with contextlib.suppress(OSError):
                os.close(self._master)


def _take_terminal() -> None:
    """Makes standard input the terminal of the session, so that its end is a SIGHUP."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder of its own, so that a test sees nobody's settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def clean_env(home: Path) -> dict[str, str]:
    """The environment of a fresh user in a common terminal."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "KILLDESK_INSECURE_KEYRING": "1",
        # How a measurement of coverage reaches the processes that a test starts.
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
    }


@pytest.fixture
def terminal_of(clean_env: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """Opens terminals and closes them, whatever happened."""
    opened: list[Terminal] = []

    def open_terminal(
        command: list[str],
        *,
        columns: int = 120,
        rows: int = 40,
        controlling: bool = False,
        ignoring: Sequence[signal.Signals] = (),
        **env: str,
    ) -> Terminal:
        one = Terminal(command, {**clean_env, **env}, columns, rows, controlling, ignoring)
        opened.append(one)
        return one

    yield open_terminal
    for one in opened:
        one.close()


@pytest.fixture
def terminal(terminal_of: Callable[..., Terminal]) -> Callable[..., Terminal]:
    """Opens terminals in which killdesk runs."""

    def open_terminal(*args: str, runner: Sequence[str] = ("-m", "tui"), **more: Any) -> Terminal:
        return terminal_of([sys.executable, *runner, *args], **more)

    return open_terminal


@pytest.fixture
def killdesk(clean_env: dict[str, str]) -> Killdesk:
    def run(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui", *args],
            env=clean_env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def configured(simulator: Any, killdesk: Killdesk, home: Path) -> str:
    """A settings file and keyring entries for every account of the simulator."""
    path = home / "config.toml"
    for name, entry in simulator.accounts.items():
        sockets = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}
        ws_url = simulator.ws_url + sockets.get(entry["venue"], "")
        more = ["--ws-url", ws_url] if entry["venue"] in sockets else []
        added = killdesk(
            *("accounts", "add", name, "--venue", entry["venue"], "--config", str(path)),
            *("--rest-url", simulator.url, *more),
            stdin=json.dumps(entry),
        )
        assert added.returncode == 0, added.stderr
    return str(path)


@pytest.fixture
def venue(simulator_class: Any) -> Iterator[Any]:
    """A simulator in a process of its own, which no busy test holds up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.simulator", "--exit-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    greeting = json.loads(process.stdout.readline())
    accounts = {entry["name"]: entry for entry in greeting["accounts"]}
    handle = simulator_class(greeting["url"], accounts)
    try:
        yield handle
    finally:
        handle.close()
        process.stdin.close()
        process.wait(WAIT_S)
        process.stdout.close()


@pytest.fixture
def bitget_desk(venue: Any, killdesk: Killdesk, home: Path) -> Callable[..., str]:
    """Makes settings with the Bitget account of `venue` alone, on the shortest countdown."""

    def make(on_quit: str = "ask") -> str:
        path = home / "bitget.toml"
        added = killdesk(
            *("accounts", "add", "bitget-uta", "--venue", "bitget"),
            *("--config", str(path), "--rest-url", venue.url),
            stdin=json.dumps(venue.accounts["bitget-uta"]),
        )
        assert added.returncode == 0, added.stderr
        short = f'countdown_s = 5\nbeat_s = 1.5\non_quit = "{on_quit}"\n'
        path.write_text(f"{path.read_text()}\n[accounts.deadman]\n{short}")
        return str(path)

    return make
