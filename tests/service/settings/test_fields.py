"""The fields of the settings on a screen, held against what the file's reader makes of them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tui.core.accounts import TimerSettings
from tui.service.settings.fields import (
    ON,
    PLAIN_FIELDS,
    Field,
    Sort,
    account_fields,
    nested,
    typed_of,
    value_of,
)
from tui.service.settings.loader import parse_settings
from tui.venues import VENUES

FILE = Path("config.toml")
USUAL = {field.key: field for field in PLAIN_FIELDS}


def keys_of(venue: str, *, timed: bool = False, paper: bool = False) -> dict[str, Field]:
    return {one.key: one for one in account_fields(VENUES[venue].spec, timed=timed, paper=paper)}


def test_every_plain_field_is_a_key_that_the_file_knows_with_the_default_shown() -> None:
    usual = parse_settings(b"", FILE)
    for field in PLAIN_FIELDS:
        typed = value_of(field, field.default)
        lines = f"[{field.table}]\n"
        if typed is not None:
            lines += f"{field.key} = {str(typed).lower() if typed is True else typed}\n"
        assert parse_settings(lines.encode(), FILE) == usual, field.key


def test_each_venue_offers_what_it_has() -> None:
    assert {"family", "contracts", "extra", "timers", "ws_url"} <= set(keys_of("htx"))
    assert keys_of("htx")["family"].choices == ("auto", "legacy", "unified")
    assert {"demo_trading", "extra", "timers"} <= set(keys_of("okx"))
    assert keys_of("okx")["timers"].choices == ("okx-sprd", "okx-rfq", "okx-trade")
    assert "ws_url" not in keys_of("bitget"), "it is spoken to over REST alone"
    assert "timers" not in keys_of("bitget"), "its timer needs no naming"
    assert not any(key.startswith("deadman.") for key in keys_of("bitget"))


def test_the_countdown_that_is_shown_fits_every_timer_of_the_venue() -> None:
    for venue, default in (("bitget", "30"), ("okx", "30"), ("htx", "30")):
        field = keys_of(venue, timed=True)["deadman.countdown_s"]
        assert field.default == default
    assert "5 to 60" in keys_of("bitget", timed=True)["deadman.countdown_s"].help
    assert "10 to 120" in keys_of("okx", timed=True)["deadman.countdown_s"].help


@pytest.mark.parametrize("venue", VENUES)
def test_the_addresses_that_hold_are_those_of_the_site_and_of_paper_trading(venue: str) -> None:
    spec = VENUES[venue].spec
    for site, paper in product(spec.sites, (False, True)):
        fields = account_fields(spec, timed=False, paper=paper, site=site.id)
        shown = {one.key: one.default for one in fields}
        assert shown["rest_url"] == site.rest_url
        assert shown.get("ws_url") == site.socket(paper=paper)
    assert ("site" in shown) is (len(spec.sites) > 1), "a choice of one is none"


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (USUAL["confirm"], "once", "once"),
        (USUAL["confirm"], "twice", None),  # what holds anyway is not written
        (USUAL["confirm"], "", None),
        (USUAL["screen_grace_s"], " 60 ", 60),
        (USUAL["screen_grace_s"], "7.5", 7.5),
        (USUAL["screen_grace_s"], "soon", "soon"),  # the reader says what it expects
        (USUAL["screen_grace_s"], "  ", None),
        (USUAL["notify"], ON, None),
        (USUAL["notify"], "off", False),
        (keys_of("okx")["demo_trading"], ON, True),
        (keys_of("okx")["demo_trading"], "", None),
        (keys_of("htx")["contracts"], "BTC-USDT, , ETH-USDT ,", ["BTC-USDT", "ETH-USDT"]),
        (keys_of("htx")["contracts"], " , ", None),
        (keys_of("okx")["extra"], "rfqs", ["rfqs"]),
        (Field("x", "x", ""), " words ", "words"),
    ],
)
def test_what_is_typed_becomes_what_the_file_holds(field: Field, typed: str, value: object) -> None:
    assert value_of(field, typed) == value


@pytest.mark.parametrize(
    ("field", "value", "typed"),
    [
        (USUAL["screen_grace_s"], 60, "60"),
        (USUAL["notify"], False, "off"),
        (USUAL["notify"], True, ON),
        (keys_of("okx")["demo_trading"], False, ""),
        (keys_of("htx")["contracts"], ["BTC-USDT", "ETH-USDT"], "BTC-USDT, ETH-USDT"),
    ],
)
def test_what_the_file_holds_is_shown_as_it_would_be_typed(
    field: Field, value: object, typed: str
) -> None:
    assert typed_of(field, {field.key: value}) == typed
    assert typed_of(field, {}) == ""
    if field.sort is not Sort.FLAG:
        assert value_of(field, typed) == value


def test_a_key_within_tables_goes_there_and_comes_back() -> None:
    typed = {"deadman.beat_s": "4", "deadman.guards.pid": "4711", "extra": "strategy"}
    fields = keys_of("bitget", timed=True)
    table = nested({key: value_of(fields[key], text) for key, text in typed.items()})
    assert table == {"deadman": {"beat_s": 4, "guards": {"pid": 4711}}, "extra": ["strategy"]}
    assert {key: typed_of(fields[key], table) for key in typed} == typed
    assert typed_of(fields["deadman.guards.url"], {"deadman": 3}) == ""
    assert fields["deadman.beat_s"].default == f"{TimerSettings().beat_s:g}"
