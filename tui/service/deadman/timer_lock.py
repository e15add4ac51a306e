"""Who on this machine holds the timer of an account: two that beat would undo each other."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tui.core.clocks import Clock, read_clock
from tui.service.deadman.timer_past import BOOT_CHARS, MOST_BYTES, TimerPast
from tui.service.files.locations import careful_flags, make_private_folder, open_private

_DIGEST_CHARS = 32
_PID_AT = 1
"""Where the holder's number stands in the file: Windows lets nobody read the first, locked byte."""
_PID_BYTES = 24
_PAST_AT = _PID_AT + _PID_BYTES
_ATTEMPTS = 3


class TimerLock:
    """The right to hold the timer of one key's account, until `release` or the process's end.

    The system gives the lock back however the process ends. The file stays, and means nothing but
    what it says of the timer (`past`).
    """

    def __init__(self, folder: Path, venue: str, api_key: str, clock: Clock = read_clock) -> None:
        digest = hashlib.sha256(f"{venue}\0{api_key}".encode()).hexdigest()
        self._path = folder / f"timer-{digest[:_DIGEST_CHARS]}.lock"
        self._clock = clock
        self._descriptor: int | None = None
        self._boot = _boot_name()
        """Read now: when the timer is armed there may be no file to read it from."""
        self.note = ""
        """Why a second killdesk would not be noticed, in one sentence; empty when it would."""
        self.past: TimerPast | None = None
        """What the file said of the timer when the lock was taken, its times by the wall clock of
        that moment."""

    def take(self) -> str:
        """Takes the lock: "" when it is ours, else one sentence that names who holds it.

        A lock that cannot be had for another reason prevents nothing: "" too, and a `note`.
        Touches the disk.
        """
        if self._descriptor is not None:
            return ""
        self.note = ""
        try:
            make_private_folder(self._path.parent)
            for _ in range(_ATTEMPTS):
                if (holder := self._try()) is not None:
                    return holder
            why = "its lock file is replaced again and again"
        except OSError as error:
            why = error.strerror or type(error).__name__
        return self.do_without(why)

    def look(self) -> bool:
        """Takes the lock to see what an earlier holder has left; whether it is ours now. That it
        cannot be had is no news yet, so there is no `note`. Touches the disk."""
        before = self.note
        self.take()
        self.note = before
        return self._descriptor is not None

    def do_without(self, why: str) -> str:
        """The timer is held without the lock: "", and the `note`."""
        self.note = (
            "a second killdesk on this machine that holds this timer would not be noticed:"
            f" {self._path.parent} cannot be used ({why})"
        )
        return ""

    def keep(self, past: TimerPast | None) -> None:
        """Writes what the next killdesk must know, if the lock is ours. Touches the disk."""
        if self._descriptor is None:
            return
        with suppress(OSError):  # the timer is switched off all the same
            # One of its own: the other may be given back meanwhile, and its number to any file.
            descriptor = os.open(self._path, careful_flags(os.O_RDWR))
            try:
                os.lseek(descriptor, _PAST_AT, os.SEEK_SET)
                kept = replace(past, boot=self._boot).kept if past else b""
                os.write(descriptor, kept.ljust(MOST_BYTES))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def release(self) -> None:
        """Gives the lock back, if it is ours."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        from filelock import unlock_descriptor

        try:
            # A child that was forked meanwhile has the descriptor too: closing ours is not enough.
            with suppress(OSError):
                unlock_descriptor(descriptor)
        finally:
            os.close(descriptor)

    def _try(self) -> str | None:
        """As `take`; None if the file was taken away meanwhile and another try is worth it."""
        from filelock import lock_descriptor

        descriptor = open_private(self._path, careful_flags(os.O_RDWR | os.O_CREAT))
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError("the lock file is not a regular file")
            if not lock_descriptor(descriptor, blocking=False):
                return _held_by(descriptor)
            if not self._names(descriptor):
                return None
            _write_pid(descriptor)
            past = _read_past(descriptor)
            self.past = past and past.by_clock_of(self._clock(), self._boot)
            self._descriptor, descriptor = descriptor, -1
            return ""
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _names(self, descriptor: int) -> bool:
        """Whether the path still leads to the file that is locked."""
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.lstat())
        except FileNotFoundError:
            return False


@lru_cache
def _boot_name() -> str:
    """Names this boot of the machine; empty where the system has no name for it. Reads a file."""
    with suppress(OSError, ValueError):
        name = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
        return name.replace("-", "").strip()[:BOOT_CHARS]
    return ""


def _write_pid(descriptor: int) -> None:
    with suppress(OSError):  # a full disk takes the name of the holder, not the lock
        os.lseek(descriptor, _PID_AT, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode().ljust(_PID_BYTES))


def _read_past(descriptor: int) -> TimerPast | None:
    with suppress(OSError):
        os.lseek(descriptor, _PAST_AT, os.SEEK_SET)
        return TimerPast.read(os.read(descriptor, MOST_BYTES))
    return None


def _held_by(descriptor: int) -> str:
    try:
        os.lseek(descriptor, _PID_AT, os.SEEK_SET)
        pid = os.read(descriptor, _PID_BYTES).strip()
    except OSError:
        pid = b""
    if not pid.isdigit():
        return "another killdesk on this machine holds this timer"
    if int(pid) == os.getpid():
        return "another account of this killdesk has the same key and holds this timer"
    return f"another killdesk on this machine (process {int(pid)}) holds this timer"
