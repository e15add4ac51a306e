"""The head of a session in the record: who really ran what, on which accounts, and no key."""

from __future__ import annotations

import json
import os
import socket
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tui.core.accounts import Account
from tui.service.audit.session import audit_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="users and folders of POSIX")
ACCOUNTS = (
    Account("okx-desk", "okx", "https://venue.invalid"),
    Account("mm", "bitget", "https://venue.invalid"),
)


def test_it_names_the_user_of_the_system_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    audit = audit_of("cancel", ACCOUNTS, keep_days=1)
    audit.start()
    audit.close()
    (file,) = (tmp_path / "killdesk" / "audit").glob("*.jsonl")
    (start,) = (
        record
        for record in map(json.loads, file.read_text().splitlines())
        if record["kind"] == "start"
    )
    assert start["what"] == "cancel"
    assert start["user"] == pwd.getpwuid(os.getuid()).pw_name
    assert (start["host"], start["pid"]) == (socket.gethostname(), os.getpid())
    assert start["killdesk"] == version("killdesk")
    assert start["accounts"] == ["okx-desk (okx)", "mm (bitget)"]


def test_a_user_without_a_name_is_his_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    audit = audit_of("dashboard", (), keep_days=1)
    audit.start()
    audit.close()
    (file,) = (tmp_path / "killdesk" / "audit").glob("*.jsonl")
    assert '"user":"uid 4000000001"' in file.read_text().replace('": "', '":"')
