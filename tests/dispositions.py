"""Starts programs with the signals as an interactive shell leaves them.

What a process ignores its children ignore too, so a test run that was started by `nohup`, or in the
background of a script, would give its own dispositions to the programs that it sends signals to.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

_START = """
import os, signal, sys
numbers = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
for number in numbers:
    signal.signal(number, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, ())
for number in sys.argv[1].split():
    signal.signal(int(number), signal.SIG_IGN)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Not a `preexec_fn`, which may deadlock where other threads run."""


def from_shell(command: Sequence[str], ignoring: Sequence[signal.Signals] = ()) -> list[str]:
    """The command line that runs `command` with every signal at its default but those `ignoring`.

    The process keeps its number. The program is named by its path. Windows has no dispositions
    that could be inherited: there it is `command` itself.
    """
    if sys.platform == "win32":
        return list(command)
    ignored = " ".join(str(int(number)) for number in ignoring)
    return [sys.executable, "-I", "-S", "-c", _START, ignored, *command]
