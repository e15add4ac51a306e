"""The frame log in a real terminal: searched, copied and saved, and no secret in what is saved."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Callable[..., Any]
COPIED = re.compile(rb"\x1b\]52;c;([^\a]*)\a")


def test_a_search_a_copy_and_a_file(
    terminal: Open, configured: str, simulator: Any, home: Path
) -> None:
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.press("t")
    desk.press("t")
    desk.wait_for("filter: :rest")
    desk.press("\x06strategy\r")
    desk.wait_for(lambda text: re.search(r"find: strategy {2}(\d+) of \1 ", text))
    desk.press("n")
    desk.wait_for("from the oldest again")
    desk.wait_for(lambda text: re.search(r"reply \d+ rows? below, \d+ ms", text))
    desk.press("y")
    desk.wait_for("unconfirmed")
    copied = COPIED.search(desk.received)
    assert copied is not None
    assert b"strategy" in base64.b64decode(copied[1])
    desk.press(" ")
    desk.press("g")
    desk.press(" ")
    desk.wait_for("2 marked")
    desk.press("\x13")
    desk.wait_for("2 frames saved in")
    (path,) = (home / ".local/state/killdesk/frames").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    request, reply = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert reply["request"] == request["frame"]
    assert dict(request["headers"])["ACCESS-KEY"] == "***"
    for entry in simulator.accounts.values():
        for secret in ("api_key", "secret_key", "passphrase"):
            assert entry.get(secret, "none of these") not in path.read_text("utf-8")
    desk.press("q")
    assert desk.wait_end() == 0


def test_escape_takes_the_filter_away_and_a_message_leaves_the_newest_frame_free(
    terminal: Open,
) -> None:
    desk = terminal("--demo", columns=140, rows=44)
    desk.wait_for("4 of 4 ready")
    desk.press("/")
    desk.wait_for("esc clears")
    desk.press(":out")
    desk.wait_for("filter: :out")
    desk.press("\r")
    desk.wait_for(lambda text: "@account   esc clears" not in text and "filter: :out" in text)
    desk.press("\x1b")
    desk.wait_for(lambda text: "filter: :out" not in text and "following" in text)
    desk.press("y")
    shown = desk.wait_for("unconfirmed")
    lines = shown.splitlines()
    newest = max(n for n, line in enumerate(lines[:-1]) if line.strip())
    assert all("▌" not in line for line in lines[newest - 2 : newest + 1]), shown
    desk.press("q")
    assert desk.wait_end() == 0
