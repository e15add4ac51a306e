"""Foreign text made safe: nothing of it commands a terminal, and it stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.sanitize import MAX_CHARS, safe_bytes, safe_texts, sanitize, strip_invisible

PAYLOADS = {
    "clear the screen": ("\x1b[2J", "\\x1b[2J"),
    "the same in one C1 control": ("\u009b2J", "\\x9b2J"),
    "write the clipboard": ("\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"),
    "a link": ("\x1b]8;;http://x\x1b\\y", "\\x1b]8;;http://x\\x1b\\y"),
    "the title": ("\x1b]0;owned\u009c", "\\x1b]0;owned\\x9c"),
    "a device query": ("\x1bP+q544e\x1b\\", "\\x1bP+q544e\\x1b\\"),
    "NUL and DEL": ("a\x00b\x7fc", "a\\x00b\\x7fc"),
    "backspace": ("12\x08\x089", "12\\x08\\x089"),
    "carriage return": ("rejected\rok", "rejected ok"),
    "lines and tabs": ("a\nb\tc", "a b c"),
    "line separators": ("a\u2028b\u2029c\x85d", "a\\u{2028}b\\u{2029}c\\x85d"),
    "bidirectional override": ("\u202edecnalac\u202c", "\\u{202e}decnalac\\u{202c}"),
    "bidirectional isolate": ("\u2066x\u2069", "\\u{2066}x\\u{2069}"),
    "zero width": ("a\u200bb\u200dc\ufeffd", "a\\u{200b}b\\u{200d}c\\u{feff}d"),
    "tags": ("\U000e0041", "\\u{e0041}"),
    "a lone surrogate": ("a\ud800b", "a\\u{d800}b"),
    "private use": ("\ue0b0", "\\u{e0b0}"),
    "no-break space": ("a\xa0b", "a\\xa0b"),
    "marks without end": ("a" + "\u0301" * 6, "a" + "\u0301" * 4 + "\\u{301}" * 2),
}


@pytest.mark.parametrize(("text", "shown"), PAYLOADS.values(), ids=PAYLOADS)
def test_a_payload_is_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert sanitize(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        '{"a":[1,2]}',
        "[bold red]markup[/]",
        "[@click=app.quit]x[/]",
        "\\x1b",
        "Grüße 订单 🚀",
        "नमस्ते สวัสดีครับ שָׁלוֹם e\u0301",
    ],
)
def test_what_is_harmless_stays(text: str) -> None:
    """Markup, too: no widget parses foreign text."""
    assert sanitize(text) == text


@given(st.text(alphabet=st.characters(), max_size=200), st.integers(1, 50))
def test_always_printable_never_longer_and_safe_twice(text: str, limit: int) -> None:
    shown = sanitize(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
    assert sanitize(shown, limit) == shown
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("12345", "12345"), ("123456", "1234…"), ("\x00", "\\x00"), ("\x00\x00", "\\x00…")],
)
def test_what_is_cut_says_so(text: str, shown: str) -> None:
    assert sanitize(text, 5) == shown


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"plain", "plain"),
        ("é…".encode(), "é…"),
        (b"a\xff\xfeb", "a\\xff\\xfeb"),
        (b"\xc0\xaf", "\\xc0\\xaf"),
        (b"\xe2\x80", "\\xe2\\x80"),
        (b"\x1f\x8b\x08\x00", "\\x1f\\x8b\\x08\\x00"),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
        (b"\xc2\x9b2J", "\\x9b2J"),
    ],
)
def test_bytes_are_read_as_far_as_they_go(data: bytes, shown: str) -> None:
    assert safe_bytes(data) == shown


@given(st.lists(st.text(alphabet=st.characters(), max_size=50), max_size=5))
def test_together_texts_are_as_safe_as_alone(texts: list[str]) -> None:
    assert list(safe_texts(texts)) == [sanitize(text) for text in texts]


def test_together_they_may_be_long_and_alone_not() -> None:
    texts = ["a" * MAX_CHARS, "b" * (MAX_CHARS + 1)]
    assert list(safe_texts(texts)) == [sanitize(text) for text in texts]


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_are_safe_and_bounded(data: bytes, limit: int) -> None:
    shown = safe_bytes(data, limit)
    assert shown.isprintable()
    assert len(shown) <= limit


def test_a_cut_within_letters_of_four_bytes_says_so() -> None:
    assert safe_bytes("🚀🚀🚀".encode(), 2) == "🚀…"


@pytest.mark.parametrize(
    ("pasted", "taken"),
    [
        ("a key\n", "a key\n"),
        ("a\r\nb", "a\r\nb"),
        ("\u202ea\u200bb\x9b31m\x1b]0;c\x07\t", "ab31m]0;c"),
        ("Grüße 订单", "Grüße 订单"),
        ("", ""),
    ],
)
def test_of_what_is_pasted_the_visible_is_taken(pasted: str, taken: str) -> None:
    assert strip_invisible(pasted) == taken
