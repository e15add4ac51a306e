"""Values of the desk as plain data and back, and hostile data that must not pass for them."""

from __future__ import annotations

import json
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.actions import Report
from tui.core.audit.codec import NotPlain, from_plain, to_plain
from tui.core.clocks import Instant
from tui.core.desk import AccountView
from tui.core.frames import Frame

TEXT = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=8).filter(str.isprintable)
st.register_type_strategy(str, TEXT)
MOST = 60_000_000_000_000
st.register_type_strategy(int, st.integers(-MOST, MOST))
st.register_type_strategy(float, st.integers(-(10**6), 10**6).map(lambda n: n / 8))
st.register_type_strategy(
    Instant, st.integers(0, 10**12).map(lambda ms: Instant(*(ms / 1000,) * 3))
)


@pytest.mark.parametrize("kind", [Frame, Report, AccountView])
@given(data=st.data())
def test_what_is_written_is_read_back(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    through = json.loads(json.dumps(to_plain(value)))
    assert from_plain(kind, through) == value


def test_what_is_as_by_default_is_left_out() -> None:
    plain = to_plain(Frame(1, 2, "a", "ws", "out", "{}"))
    assert plain == {"seq": 1, "at_ms": 2, "account": "a", "transport": "ws", "direction": "out",
                     "text": "{}"}  # fmt: skip


def test_a_newer_field_is_passed_over_and_a_text_is_made_safe() -> None:
    plain = {"seq": 1, "at_ms": 2, "account": "a\x1b[2J", "transport": "ws", "direction": "out",
             "text": "{}", "of tomorrow": 7}  # fmt: skip
    assert from_plain(Frame, plain).account == "a\\x1b[2J"


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        {"seq": True},
        {"transport": "pigeon"},
        {"headers": [["one"]]},
        {"headers": {"a": "b"}},
        {"latency_ms": "soon"},
        {"latency_ms": 10**400},
        {"latency_ms": float("inf")},
        {"latency_ms": float("nan")},
        {"at_ms": MOST + 1},
        {"size": -(10**400)},
    ],
)
def test_data_of_another_shape_is_refused(wrong: Any) -> None:
    plain = {"seq": 1, "at_ms": 2, "account": "a", "transport": "ws", "direction": "out",
             "text": "{}"}  # fmt: skip
    with pytest.raises(NotPlain):
        from_plain(Frame, {**plain, **wrong} if wrong and isinstance(wrong, dict) else wrong)


def test_what_has_no_plain_form_is_named() -> None:
    with pytest.raises(TypeError, match="bytes"):
        to_plain(b"x")


def test_every_field_of_a_panel_has_a_plain_form() -> None:
    """A field of another sort would be missing in every record: it needs a form in `plain`."""
    for name, hint in get_type_hints(AccountView).items():
        for part in get_args(hint) if get_origin(hint) else (hint,):
            assert part is not Any, name
