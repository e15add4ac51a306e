"""Who runs what on which accounts: what the record says of a session at its head."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from tui.core.accounts import Account
from tui.core.sanitize import sanitize
from tui.service.audit.heads import HeadNotes
from tui.service.audit.writer import Audit
from tui.service.files.locations import find_locations

_LONGEST = 200


def audit_of(what: str, accounts: Sequence[Account], keep_days: int) -> Audit:
    """The record of a session of this process; `what` names it: `dashboard`, `cancel`."""
    session = {
        "what": what,
        "user": _user(),
        "host": _host(),
        "pid": os.getpid(),
        "killdesk": _version(),
        "accounts": tuple(f"{account.name} ({account.venue})" for account in accounts),
    }
    places = find_locations()
    note_head = HeadNotes(places.state_folder).note
    return Audit(places.audit_folder, session, keep_days=keep_days, note_head=note_head)


def _user() -> str:
    """The user of the system, not whom the environment names."""
    if os.name == "posix":
        import pwd

        try:
            return sanitize(pwd.getpwuid(os.getuid()).pw_name, _LONGEST)
        except KeyError:
            return f"uid {os.getuid()}"
    try:
        return sanitize(getpass.getuser(), _LONGEST)
    except (OSError, KeyError):
        return "unknown"


def _host() -> str:
    try:
        return sanitize(socket.gethostname(), _LONGEST)
    except (OSError, UnicodeError):
        return "unknown"


def _version() -> str:
    try:
        return version("killdesk")
    except (PackageNotFoundError, OSError, KeyError):  # the package is not whole, or is exchanged
        return "unknown"
