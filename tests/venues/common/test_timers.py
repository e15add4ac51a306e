"""The timers that tell when they fire: what is sent, and which answers mean that they run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.core.accounts import Account
from tui.core.actions import Ack, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import RestCall, RestReply
from tui.venues.base.specs import Profile
from tui.venues.htx.adapter import Htx
from tui.venues.okx.adapter import Okx

OKX = Okx(Account("o", "okx", "https://okx.invalid", "wss://okx.invalid/ws"))
HTX = Htx(Account("h", "htx", "https://htx.invalid", "wss://htx.invalid/linear-swap-trade"))
NOW_MS = 1_763_700_000_123


def ask(exchange: Any, answer: object, status: int = 200) -> tuple[Ack, RestCall]:
    (call,) = next(exchange)
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with pytest.raises(StopIteration) as end:
        exchange.send((RestReply(status, body),))
    return end.value.value, call


def okx_says(trigger: str, ts: str) -> dict[str, object]:
    return {"code": "0", "msg": "", "data": [{"triggerTime": trigger, "ts": ts}]}


@pytest.mark.parametrize(
    ("timer", "path"),
    [
        ("okx-sprd", "/api/v5/sprd/cancel-all-after"),
        ("okx-rfq", "/api/v5/rfq/cancel-all-after"),
        ("okx-trade", "/api/v5/trade/cancel-all-after"),
    ],
)
def test_okx_sends_seconds_as_text_and_knows_when_it_fires(timer: str, path: str) -> None:
    answer = okx_says("1587971460", "1587971430")
    ack, call = ask(OKX.set_timer(Profile(), timer, 30), answer)
    assert (call.path, call.body) == (path, '{"timeOut":"30"}')
    assert ack == Ack(Verdict.ACCEPTED, server_ms=1587971430000, trigger_ms=1587971460000)
    in_ms = okx_says(str(NOW_MS + 30_000), str(NOW_MS))
    ack, _ = ask(OKX.set_timer(Profile(), timer, 30), in_ms)
    assert (ack.verdict, ack.trigger_ms) == (Verdict.ACCEPTED, NOW_MS + 30_000)


def test_off_is_zero_and_fires_at_no_time() -> None:
    ack, call = ask(OKX.set_timer(Profile(), "okx-sprd", 0), okx_says("0", "1587971430"))
    assert call.body == '{"timeOut":"0"}'
    assert (ack.verdict, ack.trigger_ms) == (Verdict.ACCEPTED, None)


@pytest.mark.parametrize(
    ("countdown_s", "answer", "says"),
    [
        (30, okx_says("0", "1587971430"), "does not say when"),
        (30, okx_says("", "1587971430"), "does not say when"),
        (30, {"code": "0", "msg": "", "data": []}, "does not say when"),
        (30, okx_says("1587971440", "1587971430"), "fires in 10 s"),
        (30, okx_says("10000000000000030000", "10000000000000000000"), "does not say when"),
        (30, okx_says("-1", "-31"), "does not say when"),
        (0, okx_says("10000000000000030000", "10000000000000000000"), "names a time to fire"),
        (0, okx_says("-1", "1587971430"), "names a time to fire"),
        (30, okx_says(str(NOW_MS + 30_000_000), str(NOW_MS)), "fires in 30000 s"),
        (0, okx_says("1587971460", "1587971430"), "names a time to fire"),
    ],
)
def test_an_answer_with_other_times_is_no_success(
    countdown_s: int, answer: object, says: str
) -> None:
    ack, _ = ask(OKX.set_timer(Profile(), "okx-sprd", countdown_s), answer)
    assert ack.verdict is Verdict.UNKNOWN
    assert says in ack.text


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (429, {"code": "50011", "msg": "Too Many Requests", "data": []}, Verdict.BUSY),
        (401, {"code": "50113", "msg": "Invalid Sign", "data": []}, Verdict.REFUSED),
        (200, {"code": "50026", "msg": "System error", "data": []}, Verdict.UNKNOWN),
        (502, b"<html>", Verdict.UNKNOWN),
    ],
)
def test_okx_refusals(status: int, answer: object, verdict: Verdict) -> None:
    ack, _ = ask(OKX.set_timer(Profile(), "okx-rfq", 30), answer, status)
    assert ack.verdict is verdict


LEGACY = {"code": 200, "data": {"current_time": NOW_MS, "trigger_time": NOW_MS + 30_000}}
V5 = {
    "code": 200,
    "message": "Success",
    "data": {"current_time": str(NOW_MS), "trigger_time": str(NOW_MS + 30_000)},
}


@pytest.mark.parametrize(
    ("family", "path", "on", "off", "answer"),
    [
        (
            "legacy",
            "/linear-swap-api/v1/linear-cancel-after",
            '{"on_off":1,"time_out":30000}',
            '{"on_off":0}',
            LEGACY,
        ),
        ("unified", "/v5/trade/cancel-after", '{"on_off":"1","time_out":"30000"}',
         '{"on_off":"0"}', V5),
    ],
)  # fmt: skip
def test_htx_has_one_form_for_each_family(
    family: str, path: str, on: str, off: str, answer: object
) -> None:
    ack, call = ask(HTX.set_timer(Profile(family), "htx", 30), answer)
    assert (call.path, call.body) == (path, on)
    assert (ack.verdict, ack.server_ms, ack.trigger_ms) == (
        Verdict.ACCEPTED,
        NOW_MS,
        NOW_MS + 30_000,
    )
    told = {"code": 200, "data": {"current_time": NOW_MS, "trigger_time": 0}}
    ack, call = ask(HTX.set_timer(Profile(family), "htx", 0), told)
    assert (call.body, ack.verdict) == (off, Verdict.ACCEPTED)


def test_htx_waits_for_the_family() -> None:
    with pytest.raises(VenueError) as caught:
        next(HTX.set_timer(Profile(), "htx", 30))
    assert caught.value.verdict is Verdict.BUSY
    assert "family" in caught.value.text


def test_htx_refusals_are_shown_as_the_venue_said_them() -> None:
    said = {"code": 4002, "msg": "The account is a unified one", "data": None, "ts": NOW_MS}
    ack, _ = ask(HTX.set_timer(Profile("legacy"), "htx", 30), said)
    assert ack.verdict is not Verdict.ACCEPTED
    assert ack.code == "4002"


@pytest.mark.parametrize(
    ("adapter", "timer", "countdown_s"),
    [(OKX, "okx-sprd", 9), (OKX, "okx-rfq", 121), (OKX, "okx-trade", 9),
     (HTX, "htx", 4), (HTX, "htx", 61), (OKX, "bitget", 30), (HTX, "okx-sprd", 30)],
)  # fmt: skip
def test_what_a_venue_does_not_have_is_never_sent(
    adapter: Any, timer: str, countdown_s: int
) -> None:
    with pytest.raises(VenueError) as caught:
        next(adapter.set_timer(Profile("legacy"), timer, countdown_s))
    assert caught.value.verdict is Verdict.REFUSED
