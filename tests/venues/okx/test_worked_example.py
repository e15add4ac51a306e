"""The call that CONTRIBUTING.md adds step by step: what leaves, what the answer means."""

from __future__ import annotations

import json

import pytest

from tui.core.accounts import Account
from tui.core.actions import Ack, Verdict
from tui.core.secrets import Credentials, Secret
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import RestReply
from tui.venues.base.specs import Profile
from tui.venues.okx.adapter import OKX, Okx

DESK = Okx(Account("a", "okx", OKX.rest_url, timers=("okx-trade",)))
KEYS = Credentials(Secret("key"), Secret("22582BD0CFF14C41EDBF1AB98506286D"), Secret("phrase"))


def test_the_call_is_signed_as_it_leaves() -> None:
    (call,) = next(DESK.set_timer(Profile(), "okx-trade", 30))
    sent = DESK.sign(call, KEYS, now_ms=1607418537715)
    assert (sent.method, sent.target) == ("POST", "/api/v5/trade/cancel-all-after")
    assert sent.body == b'{"timeOut":"30"}'
    # printf '2020-12-08T09:08:57.715ZPOST/api/v5/trade/cancel-all-after{"timeOut":"30"}' |
    #     openssl dgst -sha256 -hmac 22582BD0CFF14C41EDBF1AB98506286D -binary | base64
    assert dict(sent.headers)["OK-ACCESS-SIGN"] == "04moHUhugbCkynZ2DXnPEqhbJ40ZkqvyTaLLSowGCK0="


@pytest.mark.parametrize(
    ("trigger", "verdict"), [("1587971430", Verdict.ACCEPTED), ("1587971410", Verdict.UNKNOWN)]
)
def test_it_counts_only_if_the_answer_names_the_moment_asked_for(
    trigger: str, verdict: Verdict
) -> None:
    exchange = DESK.set_timer(Profile(), "okx-trade", 30)
    next(exchange)
    row = {"triggerTime": trigger, "tag": "", "ts": "1587971400"}
    body = json.dumps({"code": "0", "msg": "", "data": [row]}).encode()
    with pytest.raises(StopIteration) as end:
        exchange.send((RestReply(200, body),))
    ack: Ack = end.value.value
    assert ack.verdict is verdict


def test_it_is_held_only_if_the_settings_name_it() -> None:
    plain = Account("a", "okx", OKX.rest_url)
    named = Account("a", "okx", OKX.rest_url, timers=("okx-trade",))
    assert [timer.id for timer in OKX.timers_of(plain)] == []
    assert [timer.id for timer in OKX.timers_of(named)] == ["okx-trade"]


@pytest.mark.parametrize("countdown_s", [9, 121, -1])
def test_a_countdown_that_the_venue_does_not_have_never_leaves(countdown_s: int) -> None:
    with pytest.raises(VenueError, match="10 to 120"):
        next(DESK.set_timer(Profile(), "okx-trade", countdown_s))
