"""Nothing that a run shows, writes or prints holds a secret, a passphrase or a signature."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

Open = Callable[..., Any]
SIGNED = re.compile(r'(?:"sign"|"Signature"|Signature=|ACCESS-SIGN)["=: ]*([^"&\s]*)')

STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def spellings(value: str) -> set[str]:
    packed = base64.b64encode(value.encode()).decode()
    return {value, quote(value, safe=""), packed, packed.rstrip("="), value.encode().hex()}


def test_a_session_leaks_nothing(
    terminal: Open, simulator: Any, configured: str, home: Path
) -> None:
    desk = terminal("--config", configured, columns=200, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.press("X")
    desk.press("X")
    desk.wait_for(lambda _: simulator.open("okx-desk") == 0)
    desk.wait_for("6 of 6 confirmed")
    desk.press("\x1b")
    desk.wait_for(lambda text: "panic again" not in text)
    desk.press("q")
    assert desk.wait_end() == 0

    shown = STYLE.sub("", desk.received.decode(errors="replace"))
    assert "/api/v5/" in shown, "frames must have been on the screen"
    written = [
        path for path in home.rglob("*") if path.is_file() and path.name != "keyring_pass.cfg"
    ]
    kept = {str(path): path.read_text(errors="replace") for path in written}
    assert configured in kept, "the test must have looked at what was written"
    for name, entry in simulator.accounts.items():
        for field in ("api_key", "secret_key", "passphrase"):
            for secret in spellings(entry[field]) if field in entry else ():
                assert secret not in shown, (name, field)
                assert not [path for path, text in kept.items() if secret in text], (name, field)
    assert set(SIGNED.findall(shown)) <= {"***", ""}
