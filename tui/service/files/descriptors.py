"""How many files and connections the process may have open, and how many a desk needs."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

from tui.core.formatting import count

BASE = 64
"""Terminal, event loops, record, state, certificates, keyring, helper processes, and a reserve."""
PER_ACCOUNT = 32
"""16 reads at once and 8 cancels beside them, 4 of its timers, 2 WebSockets while one replaces the
other, its lock and its state file."""


def descriptors_for(accounts: int) -> int:
    """How many open files a desk with so many accounts may need at its worst moment."""
    return BASE + PER_ACCOUNT * accounts


def allow_descriptors(accounts: int) -> str:
    """Raises the process's limit of open files to what so many accounts need, where it may.

    Returns a sentence that says what is short and what to do; an empty one where nothing is.
    """
    if sys.platform == "win32":
        return ""  # sockets are not counted there
    import resource

    need = descriptors_for(accounts)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    if soft == endless or soft >= need:
        return ""
    wanted = need if hard == endless else min(need, hard)
    with suppress(ValueError, OSError):  # macOS has a limit below the hard one that it tells
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed >= need:
        return ""
    named = count(accounts, "account")
    return (
        f"{named} may need {need} open files and this system allows {allowed}, so connections may "
        f"fail: raise the hard limit and start killdesk after `ulimit -n {need}`"
    )


def out_of_descriptors() -> bool:
    """Whether this process can open nothing at the moment, no connection either."""
    try:
        first, second = os.pipe()
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    os.close(first)
    os.close(second)
    return False
