"""Every refusal that a trader can do something about says what, behind the venue's own words.

The codes below are written from the venues' pages, apart from the tables of the product.
"""

from __future__ import annotations

import pytest

from tui.core.actions import Ack, Verdict
from tui.core.orders import Book
from tui.venues import VENUES
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange, RestCall
from tui.venues.bitget.replies import CLOCK as BITGET_CLOCK
from tui.venues.bitget.replies import WRONG_ACCOUNT
from tui.venues.common.exchanges import advised
from tui.venues.htx.replies import BUSINESS, FAMILY_CODES, LOGIN_FOR_GOOD, SOCKET
from tui.venues.okx.replies import KEY_REFUSED

# By what the trader must look at. OKX: "Error Code", REST (Public) and WebSocket (Public). HTX: the
# tables of error codes, of the socket and of the calls. Bitget: "REST API error code".
DOCUMENTED: dict[tuple[str, bool], dict[str, str]] = {
    ("okx", False): {
        "secret key": "50113 50114",
        "passphrase": "50105",
        "not known at this site": "50111 50119 50108 50109",
        "environment": "50101",
        "a part of the key is missing": "50103 50104 50106 50107",
        "clock": "50102 50112",
        "address": "50110 50035",
        "may not use this": "50030 50120 50121",
        "support": "50100 50051",
        "paper trading": "50038",
        "block": "70006 70015",
        "mode": "51010",
    },
    ("okx", True): {
        "secret key": "60007",
        "passphrase": "60024",
        "secret key or passphrase": "60009",
        "not known at this site": "60005 60032",
        "environment": "50101",
        "clock": "60004 60006",
    },
    ("htx", False): {
        "secret key": "403 1253 12008",
        "API key": "12007",
        "expired": "12004",
        "address": "403 12005",
        "clock": "12001 12006",
        "newer one": "12002 12003",
        "support": "12009 1088",
        "permission": "1205",
        "sub-account": "1109 1110 1111 1112 1113 1114 1115",
        "futures trading is not open": "1220 1228",
        "family": "1510 4002 4003 4004 4005 4007 6002 1066",
        "isolated": "1348",
    },
    ("htx", True): {
        "secret key": "2001 2003",
        "futures trading is not open": "2007",
        "newer one": "2013",
        "too many connections": "2030",
        "a part of the key is missing": "2040",
    },
    ("bitget", False): {
        "secret key": "40009",
        "passphrase": "40012 40036",
        "does not know the key": "40006 40037",
        "environment": "40099",
        "a part of the key is missing": "40001 40002 40003 40011",
        "clock": "40004 40005 40008",
        "address": "40018 40038 22010",
        "permission": "40014",
        "sub-account": "40029 40054 40068",
        "support": "40013 40031",
        "phone": "40016",
        "unified trading account": "40084",
        "unified account": "40085",
    },
}
LISTED = [(venue, login, word, code) for (venue, login), words in DOCUMENTED.items()
          for word, listed in words.items() for code in listed.split()]  # fmt: skip


def remedy(venue: str, code: str, *, login: bool = False) -> str:
    return VENUES[venue].spec.remedies.of(code, "desk", login=login)


@pytest.mark.parametrize(("venue", "login", "word", "code"), LISTED)
def test_each_documented_code_has_its_remedy(venue: str, login: bool, word: str, code: str) -> None:
    assert word in remedy(venue, code, login=login)


@pytest.mark.parametrize(("venue", "login"), DOCUMENTED)
def test_no_code_is_in_a_table_that_no_page_has(venue: str, login: bool) -> None:
    held = VENUES[venue].spec.remedies
    table = held.at_login if login and held.at_login is not None else held.by_code
    pages = {code for of, at, _, code in LISTED if of == venue and (at == login or venue == "okx")}
    assert set(table) == pages


def test_every_refusal_of_the_key_has_a_remedy() -> None:
    """What the adapters take for a refused key, a wrong account or a clock."""
    told = {
        "okx": KEY_REFUSED,
        "htx": FAMILY_CODES - {"1051"},  # that there is nothing to cancel asks for no remedy
        "bitget": WRONG_ACCOUNT | BITGET_CLOCK,
    }
    for venue, codes in told.items():
        assert [code for code in codes if not remedy(venue, code)] == []
    assert [code for code in LOGIN_FOR_GOOD if not remedy("htx", code, login=True)] == []


def test_htx_has_two_tables_because_the_same_number_means_two_things() -> None:
    held = VENUES["htx"].spec.remedies
    assert held.at_login is not None
    assert set(held.by_code) <= set(BUSINESS)
    assert set(held.at_login) <= set(SOCKET)
    assert remedy("htx", "2001") == "", "over REST it is a trial bonus"


@pytest.mark.parametrize("venue", VENUES)
def test_each_is_one_plain_line_in_words_that_a_trader_knows(venue: str) -> None:
    held = VENUES[venue].spec.remedies
    for line in {*held.by_code.values(), *(held.at_login or {}).values()}:
        assert line.isascii() and line.isprintable() and line == line.strip()
        assert 20 < len(line) < 240 and not line.endswith(".")


def test_the_command_that_helps_can_be_typed_as_it_stands() -> None:
    held = VENUES["okx"].spec.remedies
    assert held.of("50113", "okx-desk").endswith("killdesk accounts add okx-desk")
    assert held.of("50113", "my desk").endswith("killdesk accounts add 'my desk'")
    assert held.of("50120_1", "a") == held.of("50120", "a") != ""
    assert held.of("51000", "a") == held.of("", "a") == ""


# --- where it goes --------------------------------------------------------------------------------

CALL = RestCall("GET", "/")


def ending(end: Ack | Book | VenueError | int) -> Exchange[Ack | Book | int]:
    yield (CALL,)
    if isinstance(end, VenueError):
        raise end
    return end


def ended(end: Ack | Book | VenueError | int) -> Ack | Book | int:
    exchange = advised(ending(end), lambda code: "do this" if code == "7" else "")
    assert next(exchange) == (CALL,)
    with pytest.raises(StopIteration) as stop:
        exchange.send(())
    found: Ack | Book | int = stop.value.value
    return found


def test_an_ack_has_it_behind_the_venues_words() -> None:
    assert ended(Ack(Verdict.REFUSED, "7", "no")) == Ack(Verdict.REFUSED, "7", "no; do this")
    assert ended(Ack(Verdict.REFUSED, "7", "")) == Ack(Verdict.REFUSED, "7", "do this")
    assert ended(Ack(Verdict.REFUSED, "8", "no")) == Ack(Verdict.REFUSED, "8", "no")
    assert ended(3) == 3


def test_a_kind_that_is_refused_has_it_behind_the_venues_words() -> None:
    refused = (("quote", "7 no"), ("rfq", "8 no"))
    found = ended(Book(("spread",), (), 0, refused=refused))
    assert found == Book(("spread",), (), 0, refused=(("quote", "7 no; do this"), ("rfq", "8 no")))


def test_an_error_has_it_and_so_has_what_is_made_of_it() -> None:
    with pytest.raises(VenueError, match=r"^7 no; do this$") as caught:
        ended(VenueError(Verdict.REFUSED, "7", "no"))
    error = caught.value
    assert (error.text, error.advice, error.ack.text) == ("no", "no; do this", "no; do this")
    with pytest.raises(VenueError, match=r"^8 no$"):
        ended(VenueError(Verdict.REFUSED, "8", "no"))
