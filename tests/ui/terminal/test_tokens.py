"""The terminal's bytes: no part of a sequence and no part of a paste is ever a character."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui.ui.terminal.tokens import (
    ESCAPE_S,
    LONGEST_PASTE,
    LONGEST_SEQUENCE,
    PASTE_S,
    REST_S,
    SEQUENCE_S,
    Character,
    Pasted,
    Sequence,
    Token,
    Tokenizer,
)

WHOLE = (
    b"\x1b[97;1u",
    b"\x1b[27u",
    b"\x1b[120:88;2:1;88u",
    b"\x1b[1095:1063:120;2;1063u",
    b"\x1b[A",
    b"\x1b[1;5D",
    b"\x1b[15~",
    b"\x1bOP",
    b"\x1b[[A",
    b"\x1b[<0;10;20M",
    b"\x1b[<35;117;5m",
    b"\x1b[MXXX",
    b"\x1b[M\xc3\xa9c",
    b"\x1b[I",
    b"\x1b[?2026;2$y",
    b"\x1b[48;40;120;800;960t",
    b"\x1b]11;rgb:aaaa/cccc/XXXX\x1b\\",
    b"\x1b]52;c;WFg=\x07",
    b"\x1bP1+r544e\x1b\\",
    b"\x1b_Gi=1;OK\x1b\\",
    b"\x1b[200~XX cc aa\x1b[201~",
    b"\x1b[200~a\x1b[97;1ub\xe2\x82\xac\x1b[201~",
    b"\x1b[" + b"1;" * 200 + b"u",
)
PAUSES_S = st.sampled_from([0.0, 0.001, 0.05, 0.15, 0.9, 1.5, 2.0, 4.0])
Part = bytes | float


def told(*parts: Part, tokenizer: Tokenizer | None = None) -> list[Token]:
    """The tokens of what is read at once each, and of the seconds in between."""
    one = tokenizer or Tokenizer()
    now_s, found = 100.0, []
    for part in parts:
        if isinstance(part, bytes):
            found += one.feed(part, now_s)
            continue
        end_s = now_s + part
        while one.deadline_s is not None and one.deadline_s <= end_s:
            now_s = max(now_s, one.deadline_s)
            found += one.expire(now_s)
        now_s = end_s
    return found


def characters(tokens: list[Token]) -> str:
    return "".join(one.text for one in tokens if isinstance(one, Character))


def keys(tokens: list[Token]) -> list[str]:
    return [one.text for one in tokens if isinstance(one, Sequence | Character)]


@pytest.mark.parametrize("pause_s", [0.0, 0.05, 0.3, 2.0])
@pytest.mark.parametrize("whole", WHOLE)
def test_a_sequence_that_is_cut_is_no_character(whole: bytes, pause_s: float) -> None:
    for cut in range(1, len(whole)):
        found = told(whole[:cut], pause_s, whole[cut:])
        assert characters(found) == "", (whole[:cut], whole[cut:])
        escape = [one for one in keys(found) if one == "\x1b"]
        assert len(escape) == (cut == 1 and pause_s > ESCAPE_S)


@pytest.mark.parametrize("pause_s", [0.0, 0.05, 0.3, 2.0])
@pytest.mark.parametrize("whole", [one for one in WHOLE if one[1:2] not in b"]P_"])
def test_a_sequence_in_single_bytes_is_no_character(whole: bytes, pause_s: float) -> None:
    """But for strings and pastes: single bytes end one that hangs, for they may be keys."""
    if whole.startswith(b"\x1b[200~"):
        whole = whole[:6]
    parts: list[Part] = []
    for byte in whole:
        parts += [bytes((byte,)), pause_s]
    assert characters(told(*parts)) == ""


def test_a_sequence_in_time_is_whole_wherever_it_is_cut() -> None:
    whole = b"\x1b[120;2;88u"
    for cut in range(1, len(whole)):
        (one,) = told(whole[:cut], 0.05, whole[cut:])
        assert one == Sequence(whole.decode(), 100.0), "dated by its first byte"
    for cut in range(2, len(whole)):
        (one,) = told(whole[:cut], SEQUENCE_S - 0.01, whole[cut:])
        assert isinstance(one, Sequence)
        assert told(whole[:cut], SEQUENCE_S + 0.01, whole[cut:]) == []


def test_an_escape_alone_is_the_escape_key() -> None:
    assert told(b"\x1b", 0.05) == []
    assert told(b"\x1b", 0.1) == [Sequence("\x1b", 100.0)]
    assert keys(told(b"\x1b", 0.2, b"c")) == ["\x1b", "c"]
    assert keys(told(b"\x1b", 0.2, b"c", 0.1, b"[")) == ["\x1b", "c", "["]
    assert keys(told(b"\x1b\x1b", 0.2)) == ["\x1b", "\x1b"]
    late = Tokenizer()  # nobody had the time to say that the escape is alone
    assert keys(late.feed(b"\x1b", 0.0) + late.feed(b"c", 0.5)) == ["\x1b", "c"]


def test_a_paste_is_text_in_whatever_pieces() -> None:
    whole = "\x1b[200~sécret €\x1b[201~".encode()
    for cut in range(2, len(whole)):
        for pause_s in (0.0, 2.0):
            (one,) = told(whole[:cut], pause_s, whole[cut:])
            assert isinstance(one, Pasted)
            assert one.text == "sécret €"


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        (b"\x1b]52;c;XX\x07", "]52;c;XX\x07"),
        (b"X\x1bX\x1b\x1b", "XX"),
        (b"\x1b[20\x1b[2", "[20[2"),
        (b"\x1b[200~c c", "[200~c c"),
        (b"\x1b" * 50 + b"c", "c"),
        (b"\x1b[A\x1bOP\x1b[<0;1;1M", "[AOP[<0;1;1M"),
    ],
)
def test_a_paste_has_no_escapes(pasted: bytes, read: str) -> None:
    found = told(b"a\x1b[200~" + pasted + b"\x1b[201~", 0.1, b"b", 0.1, b"\x1b[A")
    assert [one.text for one in found] == ["a", read, "b", "\x1b[A"]


def test_the_mark_of_the_end_within_a_paste_ends_nothing() -> None:
    """tmux does not take it out of what it pastes."""
    begin, end = b"\x1b[200~", b"\x1b[201~"
    assert keys(told(begin + b"text" + end + b"XX" + end)) == []
    assert keys(told(begin + b"text" + end + b"\x1b[120;2;88u\x1b[120;2;88u" + end)) == []
    assert keys(told(begin + b"text" + end, 0.001, b"XX" + end)) == []
    assert keys(told(begin + b"text" + end, 0.1, b"X")) == ["X"]
    found = told(begin + b"text" + end + b"XX\x1b[A\x1bc" + begin + b"more" + end + b"cc")
    assert [one.text for one in found] == ["text", "XX", "more", "cc"]
    assert all(isinstance(one, Pasted) for one in found)


def test_characters_of_one_read_are_a_burst() -> None:
    assert [one.burst for one in told(b"X") if isinstance(one, Character)] == [False]
    assert [one.burst for one in told(b"XX") if isinstance(one, Character)] == [True, True]
    assert [one.burst for one in told(b"X\x1b[AX") if isinstance(one, Character)] == [True, True]
    apart = told(b"X", 0.05, b"X")
    assert [one.burst for one in apart if isinstance(one, Character)] == [False, False]
    split = told(b"X", 0.001, b"X")
    assert [one.burst for one in split if isinstance(one, Character)] == [False, True]
    moved = told(b"\x1b[<35;1;1MX\x1b[<35;2;1M")
    assert [one.burst for one in moved if isinstance(one, Character)] == [False]


def test_what_comes_with_a_broken_sequence_is_dropped() -> None:
    tokenizer = Tokenizer()
    assert told(b"\x1b[97\x00;1u", tokenizer=tokenizer) == []
    assert tokenizer.dropped == 1
    assert keys(told(b"\x1b[97\xc3\xa9XX\x1b[A")) == ["\x1b[A"]


def test_half_a_character_is_none() -> None:
    assert characters(told(b"\xc3", 0.5, b"\xa9")) == "é"
    assert characters(told(b"\xff\xfe\x80")) == ""
    assert characters(told(b"\xe2\x82\x1b[Ax")) == "x"
    assert characters(told("\x9b\x85".encode())) == ""


def test_a_paste_without_an_end_does_not_take_keys_for_ever() -> None:
    for key in (b"X", b"\x1b"):
        parts: list[Part] = [b"\x1b[200~half a paste"]
        parts += [key, 0.05] * round(PASTE_S / 0.05 + 2)
        assert keys(told(*parts, 1.0, b"c"))[-1] == "c"


def test_a_key_of_alt_takes_one_key_at_most() -> None:
    """Alt and a bracket look like the beginning of a sequence."""
    assert keys(told(b"\x1b[", 5.0, b"X", 0.1, b"X")) == ["X"]
    assert keys(told(b"\x1bO", 5.0, b"X", 0.1, b"X")) == ["X"]
    assert keys(told(b"\x1b]", 5.0, b"X", 0.1, b"X")) == ["X", "X"]
    assert keys(told(b"\x1bc", 0.1, b"X")) == ["\x1bc", "X"]


def test_nothing_grows_without_end() -> None:
    tokenizer = Tokenizer()
    for _ in range(3):
        assert tokenizer.feed(b"\x1b[" + b"1" * 10_000, 100.0) == []
        assert len(tokenizer._held) <= LONGEST_SEQUENCE
        assert tokenizer.feed(b"\x1b]52;" + b"1" * 10_000, 100.0) == []
        assert len(tokenizer._held) <= LONGEST_SEQUENCE
        tokenizer.feed(b"\x07", 100.0)
    (one,) = tokenizer.feed(b"\x1b[200~" + b"1" * (LONGEST_PASTE + 9) + b"\x1b[201~", 100.0)
    assert len(one.text) == LONGEST_PASTE


def test_what_was_begun_before_a_stop_is_forgotten() -> None:
    tokenizer = Tokenizer()
    told(b"\x1b[200~XX", tokenizer=tokenizer)
    tokenizer.reset()
    assert characters(told(b"X", tokenizer=tokenizer)) == "X"


@given(st.lists(st.tuples(st.sampled_from(WHOLE), st.integers(0, 40), PAUSES_S, PAUSES_S)))
def test_sequences_are_never_characters(sent: list[tuple[bytes, int, float, float]]) -> None:
    """Whole ones, each cut in two somewhere, with any pauses."""
    parts: list[Part] = []
    for whole, cut, within_s, after_s in sent:
        cut %= len(whole)
        parts += [whole[:cut], within_s, whole[cut:], after_s] if cut else [whole, after_s]
    allowed = {one.decode("latin-1") for one in WHOLE} | {"\x1b"}
    assert set(keys(told(*parts))) <= allowed


@given(
    st.lists(st.one_of(st.binary(min_size=1, max_size=40), st.sampled_from(WHOLE), PAUSES_S)),
    st.sampled_from([b"X", b"\x1b[120;2;88u"]),
)
def test_after_a_silence_a_key_is_a_key_again(parts: list[Part], key: bytes) -> None:
    """Whatever came before."""
    before = [*parts, REST_S + PASTE_S]
    assert keys(told(*before, key)) == [*keys(told(*before)), key.decode()]


@pytest.mark.parametrize("begun", range(1, 6))
def test_the_end_of_a_paste_that_took_too_long_is_no_key(begun: int) -> None:
    """The paste is given up while its end has half arrived, a byte at a time and slowly."""
    end = b"\x1b[201~"
    slowly = [part for at in range(begun) for part in (end[at : at + 1], 0.1)]
    assert keys(told(b"\x1b[200~", 4.0, *slowly, 1.5, end[begun:])) == []
    assert keys(told(b"\x1b[200~", 4.0, *slowly, 1.5, end[begun:], 1.0, b"X")) == ["X"]


@given(st.binary(), st.lists(st.tuples(st.integers(0, 30), PAUSES_S), max_size=4))
def test_a_paste_is_never_a_key(pasted: bytes, cuts: list[tuple[int, float]]) -> None:
    """However it is cut, as long as it is not given up before it is all there."""
    assume(sum(pause_s for _, pause_s in cuts) < PASTE_S)
    whole = b"\x1b[200~" + pasted.replace(b"\x1b[201~", b"") + b"\x1b[201~"
    parts: list[Part] = []
    for cut, pause_s in cuts:
        parts += [whole[:cut], pause_s]
        whole = whole[cut:]
    assert set(keys(told(*filter(None, parts), whole))) <= {"\x1b"}
