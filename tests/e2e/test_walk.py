"""A first day: an account of one's own, a cancel, a panic, a locked screen, and all of it again."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Callable[..., Any]
STYLE = re.compile(r"\x1b\[[0-9;?<>=]*[ -/]*[A-Za-z]")
PIN = "4417-pin"
TEST, SAVE, ESCAPE = "\x14", "\x13", "\x1b"


def type_into(desk: Any, label: str, typed: str, *, secret: bool = False) -> None:
    """Goes to the field of that label with tab, and types; waits until it stands there."""
    desk.go_to(label)
    shown = "•" * len(typed) if secret else typed
    desk.press(typed)
    desk.wait_for(lambda text: any(label in line and shown in line for line in text.splitlines()))


def test_welcome_add_test_cancel_panic_lock_unlock_replay(
    terminal: Open, simulator: Any, home: Path
) -> None:
    entry = simulator.accounts["okx-desk"]
    desk = terminal(columns=120, rows=46)
    desk.wait_for("Add an account")
    desk.press("a")
    desk.wait_for("▸ venue")
    desk.wait_for("wss://api.hbdm.com")
    desk.press("\x1b[C")  # the next venue
    desk.wait_for("(•) okx")
    desk.wait_for("openapi.okx.com")  # its fields have come; the last are below the edge
    desk.wait_for("passphrase")
    desk.wait_for("never Withdraw")
    type_into(desk, "name", "my-okx")
    type_into(desk, "API key", entry["api_key"], secret=True)
    type_into(desk, "secret key", entry["secret_key"], secret=True)
    type_into(desk, "passphrase", entry["passphrase"], secret=True)
    type_into(desk, "REST", simulator.url)
    type_into(desk, "socket", f"{simulator.ws_url}/ws/v5/business")

    desk.press(TEST)
    shown = desk.wait_for("READY")
    for step in ("credentials", "socket", "REST", "clock", "trade-only", "40 open"):
        assert step in shown
    config = home / ".config" / "killdesk" / "config.toml"
    assert not config.exists(), "a test stores nothing"
    desk.press(ESCAPE)
    desk.wait_for(lambda text: "test again" not in text)
    desk.press(SAVE)
    desk.wait_for("1 of 1 ready")
    desk.wait_for("my-okx")

    desk.press("e")
    desk.wait_for("key in the keyring")
    desk.press(ESCAPE)
    desk.wait_for(lambda text: "key in the keyring" not in text)
    desk.press("s")
    desk.press("s")
    desk.wait_for("confirmed")
    assert simulator.open("okx-desk", "spread") == 0

    desk.press("X")
    desk.wait_for("AGAIN")
    desk.press("X")
    desk.wait_for("2 of 2 confirmed")
    assert simulator.open("okx-desk", "quote") == 0
    desk.press(ESCAPE)
    desk.wait_for(lambda text: "panic again" not in text)

    desk.lock_with_new(PIN)
    simulator.orders("okx-desk", "spread", 3)
    desk.press("s")
    desk.wait_for("only panic works")
    assert simulator.open("okx-desk", "spread") == 3
    desk.press("l")
    desk.wait_for("type the PIN")
    desk.press(f"{PIN}\r")
    desk.wait_for(lambda text: "LOCKED" not in text)
    desk.press("q")
    assert desk.wait_end() == 0

    said = re.search(r"record: (\S+), head", STYLE.sub("", desk.received.decode()))
    assert said
    again = terminal("replay", said[1], columns=160, rows=46)
    again.wait_for("REPLAY")
    again.wait_for("of 3")
    again.press("^")
    again.wait_for("outcome 0 of 3")
    for number in (1, 2, 3):
        again.press(".")
        again.wait_for(f"outcome {number} of 3")
    again.wait_for("confirmed")
    again.press("q")
    assert again.wait_end() == 0

    assert config.read_text() == (
        '[[accounts]]\nname = "my-okx"\nvenue = "okx"\n'
        f'rest_url = "{simulator.url}"\nws_url = "{simulator.ws_url}/ws/v5/business"\n'
    )
    kept = [path for path in home.rglob("*") if path.is_file() and "keyring_pass" not in path.name]
    seen = STYLE.sub("", desk.received.decode(errors="replace"))
    assert "sprd-mass-cancel" in seen
    for field in ("api_key", "secret_key", "passphrase"):
        secret = entry[field]
        for spelling in (secret, base64.b64encode(secret.encode()).decode(), secret.encode().hex()):
            assert spelling not in seen, field
            assert not [p for p in kept if spelling in p.read_text(errors="replace")], field
    assert list(home.rglob("keyring_pass.cfg")), "the test must have used the keyring"
