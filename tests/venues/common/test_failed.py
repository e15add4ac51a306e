"""Which messages the log shows in the colour of trouble, venue by venue."""

from __future__ import annotations

import json

import pytest

from tui.core.accounts import Account
from tui.venues import VENUES, adapter_for
from tui.venues.base.protocol import VenueAdapter


def adapter(venue: str) -> VenueAdapter:
    return adapter_for(Account("a", venue, VENUES[venue].spec.rest_url))


@pytest.mark.parametrize(
    ("venue", "text", "failed"),
    [
        # HTX: three spellings of an error, and of none
        ("htx", '{"op":"auth","type":"api","err-code":0,"ts":1}', False),
        ("htx", '{"op":"auth","type":"api","err-code":2003,"err-msg":"no"}', True),
        ("htx", '{"status":"ok","data":{"errors":[],"successes":"1"},"ts":1}', False),
        ("htx", '{"status":"error","err_code":1051,"err_msg":"No orders","ts":1}', True),
        ("htx", '{"status":"error","ts":1}', True),
        ("htx", '{"code":200,"message":"Success","data":[],"ts":1}', False),
        ("htx", '{"code":1067,"message":"Illegal parameter","data":null}', True),
        ("htx", '{"op":"error","ts":1}', True),
        ("htx", '{"op":"ping","ts":"1492420473058"}', False),
        ("htx", '{"op":"pong","ts":"1","err-code":2011}', True),
        # OKX: the code, wherever there is one
        ("okx", '{"id":"1","op":"sprd-mass-cancel","code":"0","data":[{"result":true}]}', False),
        ("okx", '{"code":"51405","msg":"no pending orders","data":[]}', True),
        ("okx", '{"code":"2","msg":"in part","data":[{"sCode":"0"},{"sCode":"70001"}]}', True),
        ("okx", '{"event":"login","code":"0","msg":""}', False),
        ("okx", '{"event":"error","code":"60012","msg":"Illegal request"}', True),
        ("okx", '{"event":"subscribe","arg":{"channel":"sprd-orders"}}', False),
        # Bitget: nothing but the code of success is one
        ("bitget", '{"code":"00000","msg":"success","data":"success"}', False),
        ("bitget", '{"code":"40084","msg":"classic","data":null}', True),
        ("bitget", '{"code":0}', True),
        ("bitget", "{}", True),
    ],
)
def test_which_replies_speak_of_an_error(venue: str, text: str, failed: bool) -> None:
    assert adapter(venue).failed(json.loads(text)) is failed


@pytest.mark.parametrize("venue", list(VENUES))
@pytest.mark.parametrize("text", ['{"code":[1]}', '{"status":{},"op":null}', '{"err-code":{}}'])
def test_no_message_is_too_strange_to_be_asked_about(venue: str, text: str) -> None:
    assert adapter(venue).failed(json.loads(text)) in (True, False)
