"""JSON laid out without changing what was sent."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.frames.json_text import json_start, pretty

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('{"a":1}', 0),
        ('POST /path?x=[1]  {"a":1}', 18),
        ("200  []", 5),
        ("pong", None),
        ("", None),
    ],
)
def test_where_json_begins(text: str, start: int | None) -> None:
    assert json_start(text) == start


def test_pretty_keeps_what_a_parser_would_lose() -> None:
    assert pretty('{"p":1.10,"p":1e5,"n":{},"l":[1,[]]}') == (
        "{",
        '  "p": 1.10,',
        '  "p": 1e5,',
        '  "n": {},',
        '  "l": [',
        "    1,",
        "    []",
        "  ]",
        "}",
    )


@pytest.mark.parametrize(
    "text",
    ["[/nope]", "[bold]x", "", "{", "{]", '{"a":1}{', '{"a":1} x', "]", "[link=http://x]y[/link]"],
)
def test_what_is_not_json_is_left_alone(text: str) -> None:
    assert pretty(text) is None


def test_a_payload_cut_short_is_laid_out_as_far_as_it_goes() -> None:
    assert pretty('{"a":[1,"half…') == ("{", '  "a": [', "    1,", '    "half', "…")


def test_depth_does_not_explode() -> None:
    laid_out = pretty("[" * 50_000 + "]" * 50_000)
    assert laid_out is not None
    assert sum(map(len, laid_out)) < 6_000_000


@given(VALUES.filter(lambda value: isinstance(value, (list, dict))))
def test_pretty_means_the_same(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not text.isprintable():
        return
    laid_out = pretty(text)
    assert laid_out is not None
    assert json.loads("\n".join(laid_out)) == value
