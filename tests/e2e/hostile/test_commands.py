"""The commands in a terminal: what they say of a venue, a file or a record that is hostile."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.hostile.payloads import LONG, PAYLOADS, SURROGATE
from tests.e2e.hostile.stream import CANARY
from tests.e2e.hostile.venue import HostileVenue
from tui.core.audit.chain import START, Chain

Open = Callable[..., Any]
Clean = Callable[[Any], None]
NOON_MS = 1_760_702_400_000
MARKS = (("v", "what happened"), ("i", "why ready or not"), ("h", "bad ones only"))
TEXTS = [*PAYLOADS.values(), SURROGATE, LONG]


@pytest.mark.parametrize("command", [("check",), ("cancel", "--all", "--yes")])
def test_what_a_venue_says(
    terminal: Open, lied_to: str, liar: HostileVenue, clean: Clean, command: tuple[str, ...]
) -> None:
    liar.names = True
    liar.refuses = "config" if command == ("check",) else "cancel"
    told = terminal(*command, "--config", lied_to, columns=200)
    assert told.wait_end() == 1
    assert CANARY in told.received.decode()
    clean(told)


def toml(text: str) -> str:
    """A basic string of TOML; it knows no lone surrogate."""
    return json.dumps(text.encode("utf-8", "replace").decode()).replace("\x7f", "\\u007f")


@pytest.mark.parametrize(
    "settings",
    [
        '[[accounts]]\nname = {0}\nvenue = "okx"\n',
        '[[accounts]]\nname = "a"\nvenue = {0}\n',
        '[[accounts]]\nname = "a"\nvenue = "okx"\nrest_url = {0}\n',
        '[[accounts]]\nname = "a"\nvenue = "htx"\ncontracts = [{0}]\n',
        '[[accounts]]\nname = "a"\nvenue = "bitget"\n[accounts.deadman.guards]\nfile = {0}\n',
        "[desk]\nconfirm = {0}\n",
        "[desk]\n{0} = 1\n",
        "[keys]\n{0} = {0}\n",
        "{0} = {0}\n[x",
    ],
)
def test_what_a_settings_file_says(terminal: Open, home: Path, clean: Clean, settings: str) -> None:
    path = home / "hostile.toml"
    for text in (" ".join(PAYLOADS.values()), LONG):
        path.write_text(settings.format(toml(text)), encoding="utf-8")
        told = terminal("accounts", "list", "--config", str(path), columns=200)
        told.wait_end()
        assert b"Traceback" not in told.received
        clean(told)


def test_what_a_file_and_an_option_are_called(terminal: Open, home: Path, clean: Clean) -> None:
    name = "".join(PAYLOADS.values()).replace("/", "").replace("\x00", "")[:60]
    for command in (
        ("audit", "verify", str(home / name)),
        ("audit", "show", str(home / name)),
        ("replay", str(home / name)),
        ("check", "--config", str(home / name)),
        ("cancel", name, "--yes", "--config", str(home / name)),
        (name,),
        ("audit", "verify", str(home), "--head", name),
    ):
        told = terminal(*command, columns=200)
        assert told.wait_end() in (1, 2)
        assert b"Traceback" not in told.received
        clean(told)


def record(path: Path) -> None:
    """A session, whole and sealed, in which every text is somebody's who means harm."""
    chain = Chain()
    lines = [chain.seal(NOON_MS, "open", {"follows": START})]
    accounts = {}
    for number, text in enumerate(TEXTS):
        at_ms = NOON_MS + number * 20
        plain = {"seq": number + 1, "account": text, "transport": "rest", "text": f"200  {text}",
                 "direction": "in", "headers": [[text, text]], "size": 10**14}  # fmt: skip
        lines += [
            chain.seal(at_ms, "start", {"what": text, "user": text, "host": text}),
            chain.seal(at_ms, text, {"account": text, text: text}),
            chain.seal(at_ms, "frame", plain),
            chain.seal(at_ms, "frame", {**plain, "size": 1, "error": bool(number % 2)}),
            chain.seal(at_ms, "note", {"text": text, "account": text, "direction": "note"}),
            chain.seal(at_ms, "press", {"press": text, "action": text, "scope": {"a": text}}),
            chain.seal(at_ms, "seen", {"text": text}),
            chain.seal(at_ms, "lost", {"frames": text, "others": text}),
            chain.seal(at_ms, "outcome", {"action": text, "outcome": text, "message": text}),
        ]
        if number < 4:
            accounts[text] = panel(text)
    picture = {"desk": list(accounts), "accounts": accounts, "notice": "".join(TEXTS)[:3_000]}
    lines += [
        chain.seal(NOON_MS + 900, "picture", {"whole": True, **picture}),
        chain.seal(NOON_MS + 950, "frame", {**plain, "size": 1}),
    ]
    path.write_bytes(b"".join(lines))


def panel(text: str) -> dict[str, Any]:
    """An account in a picture of the record, with the largest numbers that are let through."""
    most = 60_000_000_000_000
    report = {"account": text, "venue": "okx", "action": text, "outcome": "remaining",
              "code": text, "message": text, "started_ms": most, "ended_ms": -most,
              "open_before": most, "open_after": -most, "ack_ms": most, "attempts": most,
              "remaining": [{"kind": text, "order_id": text, "contract": text,
                             "created_ms": most}],
              "failures": [{"order_id": text, "code": text, "text": text}]}  # fmt: skip
    timer = {"id": text, "covers": text, "state": "armed", "countdown_s": most, "beat_s": 5,
             "sent_at": most / 1000, "latest_fire_at": -most / 1000, "last_beat_ms": most,
             "latency_ms": most, "misses": most, "message": text, "rival": text,
             "trigger_ms": -most}  # fmt: skip
    return {"name": text, "venue": "okx", "title": text, "health": "ready", "reason": text,
            "family": text, "paper": True, "key_note": text, "routes": [], "actions": [],
            "kinds": [{"id": text, "label": text}], "book_error": text, "runs": [],
            "book": {"kinds": [text], "open": [3], "read_at_ms": most},
            "reports": [report], "timers": [timer], "clock_offset_ms": most}  # fmt: skip


@pytest.fixture
def hostile_record(home: Path) -> str:
    path = home / "2025-10-17.jsonl"
    record(path)
    return str(path)


@pytest.mark.parametrize(
    "command",
    [("verify",), ("show",), ("show", "--json"), ("show", "--kind", "picture"), ("export",)],
)
def test_what_a_record_says(
    terminal: Open, hostile_record: str, clean: Clean, command: tuple[str, ...]
) -> None:
    told = terminal("audit", command[0], hostile_record, *command[1:], columns=200)
    assert told.wait_end() == 0
    if command != ("verify",):
        assert CANARY in told.received.decode()
    clean(told)


def test_a_record_is_replayed(terminal: Open, hostile_record: str, clean: Clean) -> None:
    again = terminal("replay", hostile_record, columns=160, rows=46, TERM_PROGRAM="WezTerm")
    again.wait_for("REPLAY")
    again.wait_for("END")
    again.wait_for(CANARY)
    for panel_key in "1234":
        again.press(panel_key)
        for key, mark in MARKS:
            again.press(key)
            again.wait_for(mark)
            again.press("\x1b")
            again.wait_for(lambda text, mark=mark: mark not in text)
    again.press("\x06nope\r")
    again.wait_for("find: nope")
    again.press("\r")
    again.wait_for("on the wire")
    again.press("\x1b")
    again.wait_for(lambda text: "on the wire" not in text)
    again.press("q")
    assert again.wait_end() == 0
    clean(again)


def test_a_drill_of_before(terminal: Open, home: Path, clean: Clean) -> None:
    folder = home / ".local/state/killdesk"
    folder.mkdir(parents=True)
    lines = []
    for text in TEXTS:
        account = dict.fromkeys(
            ("connect_ms", "read_ms", "wire_ms", "ack_ms", "confirmed_ms", "arm_ms", "disarm_ms"),
            1.0,
        )
        account |= {"account": text, "venue": text, "orders": 1, "outcome": text, "left": 1,
                    "timers": 0, "message": text}  # fmt: skip
        said = {"at_ms": NOON_MS, "accounts": [account], "steps": {text: 1.0}, "done": True,
                "problem": text, "url": text}  # fmt: skip
        lines.append(json.dumps(said))
    (folder / "drills.jsonl").write_text("\n".join(lines))
    path = home / "one.toml"
    path.write_text('[[accounts]]\nname = "bitget-mm"\nvenue = "bitget"\n')
    told = terminal("drill", "--orders", "3", "--config", str(path), columns=200)
    assert told.wait_end(90) == 0
    assert "the last drill" in told.received.decode()
    clean(told)


def test_a_copied_frame_is_base64(terminal: Open, hostile_record: str, clean: Clean) -> None:
    again = terminal("replay", hostile_record, columns=160, rows=46)
    again.wait_for("END")
    again.press("y")
    again.wait_for("unconfirmed")
    again.press("q")
    assert again.wait_end() == 0
    clean(again)
    copied = again.received.split(b"\x1b]52;c;")[1].split(b"\x07")[0]
    assert CANARY in base64.b64decode(copied).decode()
