"""The facts that a press depends on: judged once, worded once, for whoever shows them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tui.core.desk import AccountView, Health, RouteView
from tui.core.orders import Kind
from tui.core.readiness import Fact, Standing, is_harmless, readiness_facts
from tui.core.timeseries import NO_PAST

TUI = Path(__file__).resolve().parents[2] / "tui"
SENTENCES = (
    "clock could not be read",
    "does not say what it may do",
    "not accepted yet",
    "none: nothing can be sent",
    "round trip {",
    'can withdraw"',
    "no trading",
    'trade-only"',
    'not tried yet", "connecting',
)
UP = RouteView("ws", True, 84.0, "", 1_000, NO_PAST)
READY = AccountView(
    name="okx", venue="okx", title="OKX", health=Health.READY, reason="", family="", paper=False,
    key_note="trade-only", routes=(UP, replace(UP, transport="rest", round_trip_ms=None)),
    kinds=(Kind("spread", "spreads"),), actions=(), book=None, book_error="", runs=(), reports=(),
    timers=(), clock_offset_ms=12.4,
)  # fmt: skip


def facts(**changes: object) -> dict[str, Fact]:
    found = readiness_facts(replace(READY, **changes))  # type: ignore[arg-type]  # any field
    return {fact.name: fact for fact in found}


@pytest.mark.parametrize(
    ("changes", "name", "standing", "text"),
    [
        ({}, "socket", Standing.GOOD, "round trip 84 ms"),
        ({}, "REST", Standing.GOOD, ""),
        ({"routes": (replace(UP, up=False, detail="closed"),)}, "socket", Standing.BAD, "closed"),
        ({"routes": (replace(UP, up=False),)}, "socket", Standing.BAD, "down"),
        ({}, "clock", Standing.GOOD, "+12 ms"),
        ({"clock_offset_ms": None}, "clock", Standing.BAD, "the venue's clock could not be read"),
        ({}, "key", Standing.GOOD, "trade-only"),
        ({"key_note": "can withdraw"}, "key", Standing.CAREFUL, "can withdraw"),
        ({"key_note": "no trading"}, "key", Standing.BAD, "no trading"),
        ({"key_note": ""}, "key", Standing.BAD, "not accepted yet"),
        ({"book_error": "timed out"}, "open orders", Standing.BAD, "timed out"),
        ({"routes": ()}, "credentials", Standing.BAD, "none: nothing can be sent"),
    ],
)
def test_each_fact(changes: dict[str, object], name: str, standing: Standing, text: str) -> None:
    fact = facts(**changes)[name]
    assert (fact.standing, fact.text, fact.pending) == (standing, text, False)
    assert fact.ok == (standing is not Standing.BAD)


def test_what_is_still_being_found_out_is_pending() -> None:
    connecting = facts(
        health=Health.CONNECTING, key_note="", clock_offset_ms=None, book=None,
        routes=(replace(UP, up=False, detail="connecting"),),
    )  # fmt: skip
    assert {name for name, fact in connecting.items() if fact.pending} == set(connecting)
    tried = facts(routes=(replace(UP, up=False, detail="refused"),))
    assert not tried["socket"].pending


def test_without_credentials_the_cause_is_told_with_what_follows() -> None:
    credentials, orders = readiness_facts(replace(READY, routes=(), reason="keyring is locked"))
    assert credentials.cause == "keyring is locked"
    assert orders.text == "not read yet"


def test_only_a_key_that_can_withdraw_is_not_harmless() -> None:
    assert [is_harmless(note) for note in ("", "trade-only", "no trading", "can withdraw")] == [
        True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_of_readiness_stands_in_one_place(sentence: str) -> None:
    places = [
        path.relative_to(TUI).as_posix()
        for layer in ("core", "service", "ui", "cli")
        for path in sorted((TUI / layer).rglob("*.py"))
        if re.search(re.escape(sentence), path.read_text())
    ]
    assert places == ["core/readiness.py"]
