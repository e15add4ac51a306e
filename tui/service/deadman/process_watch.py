"""Whether a process is still there, and still the same one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LARGEST_PID = 2**31 - 1


class WatchedProcess:
    """One process: the one that has the number now, not one that is given it later."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._started = process_start(pid)

    def fault(self) -> str:
        started = process_start(self.pid)
        if started is None or self._started is None:
            self._started = None  # gone for good, whoever is given its number
            return f"process {self.pid} is gone"
        if self._started != started and self._started and started:
            return f"process {self.pid} is gone, another one has been given its number"
        return ""


def process_start(pid: int) -> str | None:
    """When the process began, on Linux, in a form to be compared; "" if that cannot be known.

    None if there is no such process, or if it has ended and waits for its parent to notice.
    """
    if not 0 < pid <= LARGEST_PID:
        return None
    if sys.platform == "win32":
        return "" if _exists_on_windows(pid) else None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # somebody else's
    try:
        line = Path(f"/proc/{pid}/stat").read_bytes()
        # The name before the last parenthesis may hold anything; fields 3 and 22 come after it.
        fields = line.rpartition(b")")[2].split()
        state, started = fields[0], fields[19]
    except (OSError, IndexError):
        return ""  # no Linux, or one that hides other users' processes
    return None if state in b"ZX" else started.decode("ascii", "replace")


def _exists_on_windows(pid: int) -> bool:
    # os.kill would end it there.
    if sys.platform == "win32":
        import ctypes

        synchronize, access_denied, timed_out = 0x00100000, 5, 0x102
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(synchronize, False, pid))
        if not handle:
            return bool(ctypes.get_last_error() == access_denied)
        try:
            return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
        finally:
            kernel.CloseHandle(handle)
    return False
