"""The ring keeps the newest frames, counts the rest, and finds each again by its number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.frames import Frame
from tui.ui.frames.buffer import Change, FrameBuffer, FrameFilter

BATCH = st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=12)
"""The gap before each frame, and whether it is an error."""


def frame(
    seq: int,
    text: str = "{}",
    *,
    account: str = "htx-main",
    request: int | None = None,
    error: bool = False,
) -> Frame:
    way = "out" if request is None else "in"
    transport = "ws" if seq % 2 else "rest"
    return Frame(seq, seq, account, transport, way, text, request=request, error=error)


def seqs(ring: FrameBuffer) -> list[int]:
    return [kept.seq for kept in ring.view]


def test_keeps_the_newest_and_counts_what_fell_off() -> None:
    ring = FrameBuffer(capacity=10)
    assert ring.extend([frame(n) for n in range(1, 9)]) == Change(8, 0)
    assert ring.extend([frame(n) for n in range(9, 14)]) == Change(5, 3)
    assert seqs(ring) == list(range(4, 14))
    assert (ring.fallen, ring.missed, ring.lost, ring.newest) == (3, 0, 3, 13)


def test_a_batch_larger_than_the_ring_leaves_its_end() -> None:
    ring = FrameBuffer(capacity=10)
    ring.extend([frame(n) for n in range(1, 6)])
    assert ring.extend([frame(n) for n in range(6, 106)]) == Change(10, 5)
    assert seqs(ring) == list(range(96, 106))
    assert ring.fallen == 95


def test_large_frames_push_the_oldest_out_long_before_there_are_many() -> None:
    ring = FrameBuffer(most_chars=1_000)
    assert ring.extend([frame(n, "x" * 300) for n in (1, 2, 3)]) == Change(3, 0)
    assert ring.extend([frame(4, "x" * 500, request=1)]) == Change(1, 2)
    assert seqs(ring) == [3, 4]
    assert ring.extend([frame(n, "x" * 200) for n in range(5, 20)]) == Change(5, 2)
    assert (seqs(ring), ring.fallen) == (list(range(15, 20)), 14)
    ring.extend([frame(20, "x" * 5_000)])
    assert seqs(ring) == [20], "the newest stays however large"
    ring.clear()
    ring.extend([frame(n, "x" * 200) for n in range(1, 6)])
    assert len(ring) == 5


def test_missed_frames_count_as_lost_even_when_none_came() -> None:
    ring = FrameBuffer()
    ring.extend([], missed=7)
    ring.extend([frame(8)])
    assert (ring.lost, ring.missed, len(ring)) == (7, 7, 1)


def test_a_number_leads_to_its_frame_across_gaps_and_drops() -> None:
    ring = FrameBuffer(capacity=4)
    ring.extend([frame(n) for n in (2, 3, 7, 9, 12)])
    assert [ring.get(n) is not None for n in (2, 3, 4, 7, 9, 12, 13)] == [
        False, True, False, True, True, True, False,
    ]  # fmt: skip
    assert ring.get(None) is None


def test_a_reply_leads_to_its_request_and_back() -> None:
    ring = FrameBuffer(capacity=4)
    first, reply = frame(1), frame(3, request=1)
    ring.extend([first, frame(2), reply])
    assert ring.pair(first) is reply
    assert ring.pair(reply) is first
    ring.extend([frame(4), frame(5)])
    assert ring.pair(reply) is None
    ring.extend([frame(n) for n in range(6, 10)])
    assert ring.pair(first) is None


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", FrameFilter()),
        ("cancel BTC", FrameFilter(text="cancel BTC")),
        (":error :in", FrameFilter(errors=True, direction="in")),
        ("1032 :ws :out", FrameFilter(text="1032", transport="ws", direction="out")),
        ("@okx-desk x", FrameFilter(account="okx-desk", text="x")),
        ('{"op":"x"} [/nope] :what @', FrameFilter(text='{"op":"x"} [/nope] :what @')),
    ],
)
def test_a_line_is_read_as_a_filter(line: str, wanted: FrameFilter) -> None:
    assert FrameFilter.parse(line) == wanted
    assert FrameFilter.parse(str(wanted), wanted.account) == wanted


def test_a_filter_wants_every_word_in_any_case() -> None:
    ring = FrameBuffer()
    ring.extend([frame(1, "Cancel BTC"), frame(2, "cancel eth"), frame(3, "btc")])
    ring.wanted = FrameFilter(text="btc CANCEL")
    assert seqs(ring) == [1]
    ring.wanted = FrameFilter()
    assert seqs(ring) == [1, 2, 3]


def test_steps_go_through_the_filtered_view() -> None:
    ring = FrameBuffer()
    ring.extend([frame(n, error=n in (2, 5, 8)) for n in range(1, 10)])
    ring.wanted = FrameFilter(errors=True)

    def step(seq: int, by: int) -> int | None:
        found = ring.step(seq, by)
        return None if found is None else found.seq

    assert [step(5, -1), step(5, 1), step(2, -1), step(8, 1)] == [2, 8, None, None]
    assert [step(4, -1), step(4, 1)] == [2, 5], "from a frame that the filter hides"


def test_clear_forgets_all_but_the_filter() -> None:
    ring = FrameBuffer(capacity=2)
    ring.wanted = FrameFilter(errors=True)
    ring.extend([frame(n, error=True) for n in range(1, 5)], missed=3)
    ring.clear()
    assert (len(ring), len(ring.view), ring.lost, ring.newest) == (0, 0, 0, 0)
    ring.extend([frame(1), frame(2, error=True)])
    assert seqs(ring) == [2]


@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=12), max_size=12
    ),
    filter_at=st.integers(0, 12),
)
def test_the_view_is_always_what_filtering_anew_would_give(
    batches: list[list[tuple[int, bool]]], filter_at: int
) -> None:
    ring, everything, rows, seq = FrameBuffer(capacity=15), [], 0, 0
    for number, batch in enumerate(batches):
        if number == filter_at:
            ring.wanted = FrameFilter(errors=True)
            rows = len(ring.view)
        made = []
        for gap, error in batch:
            seq += gap
            made.append(frame(seq, error=error))
        change = ring.extend(made)
        everything += made
        rows += change.added - change.dropped
        kept = everything[-15:]
        wanted = [f for f in kept if f.error or ring.wanted.empty]
        assert list(ring.view) == wanted
        assert len(ring) == len(kept)
        assert ring.fallen == len(everything) - len(kept)
        assert rows == len(wanted)
