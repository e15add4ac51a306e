"""A past session comes back: what the screen showed, at the moment one goes to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.core.actions import Outcome, Report
from tui.core.audit.chain import START, Chain
from tui.core.audit.codec import to_plain
from tui.core.audit.snapshots import SnapshotEncoder
from tui.core.clocks import Instant, read_clock
from tui.core.desk import AccountView, DeskView, Health, NewSettings
from tui.core.frames import Frame
from tui.core.orders import Book, Kind, OpenOrder
from tui.service.audit.reader import CannotRead
from tui.service.replay.desk import ReplayDesk
from tui.service.replay.index import SILENCE_MS, index_file

NOON_MS = 1_760_702_400_000
WAIT_S = 60.0


class Tape:
    """Writes a file of the record, moment by moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at_ms = NOON_MS
        self._chain = Chain()
        self._pictures = SnapshotEncoder()
        self._file = path.open("wb")
        self.put("open", follows=START)

    def put(self, kind: str, **fields: object) -> None:
        self._file.write(self._chain.seal(self.at_ms, kind, fields))
        self._file.flush()

    def picture(self, open_: int, *reports: Report, whole: bool = False) -> None:
        if whole:
            self._pictures.forget()
        now = Instant(*(self.at_ms / 1000,) * 3)
        changes = self._pictures.changes(DeskView((account(open_, *reports),)), now)
        self.put("picture", **({"whole": True} if whole else {}), **changes)

    def frame(self, seq: int, request: int | None = None) -> None:
        direction = "out" if request is None else "in"
        frame = Frame(seq, 0, "a", "ws", direction, f"message {seq}", request=request)  # type: ignore[arg-type]
        self.put("frame", **{k: v for k, v in to_plain(frame).items() if k != "at_ms"})  # type: ignore[attr-defined]

    def outcome(self, left: int) -> Report:
        report = Report("a", "okx", "spreads", Outcome.CONFIRMED, open_after=left)
        self.put("outcome", **to_plain(report))  # type: ignore[arg-type]
        return report

    def on(self, ms: int) -> None:
        self.at_ms += ms


def account(open_: int, *reports: Report) -> AccountView:
    orders = (OpenOrder("spread", "1", "BTC"),) * open_
    return AccountView(
        "a", "okx", "OKX", Health.READY, "", "", False, "", (), (Kind("spread", "spreads"),), (),
        Book(("spread",), orders, 1), "", (), reports, (),
    )  # fmt: skip


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    return Tape(tmp_path / "2025-10-17.jsonl")


@pytest.fixture
def play(tape: Tape) -> Iterator[Callable[..., ReplayDesk]]:
    """Plays the tape, standing still at first unless asked."""
    opened: list[ReplayDesk] = []

    def start(*, still: bool = True, **options: Callable[[], Instant]) -> ReplayDesk:
        desk = ReplayDesk(index_file(tape.path), **options)
        if still:
            desk.pause()
        desk.start()
        opened.append(desk)
        return desk

    yield start
    for desk in opened:
        desk.stop()


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def open_now(desk: ReplayDesk) -> int | None:
    book = desk.view.accounts[0].book if desk.view.accounts else None
    return None if book is None else book.count()


def a_cancel(tape: Tape) -> None:
    """Twelve orders, gone after a minute, and a second session a day later."""
    tape.put("start", what="dashboard", user="jo", host="desk-1")
    tape.picture(12, whole=True)
    for second in range(60):
        tape.on(1_000)
        tape.frame(2 * second + 1)
        tape.frame(2 * second + 2, request=2 * second + 1)
    report = tape.outcome(0)
    tape.on(20)
    tape.picture(0, report)
    tape.on(86_400_000)
    tape.put("start", what="dashboard", user="jo", host="desk-1")
    tape.picture(5, whole=True)
    tape.on(4_000)
    tape.picture(7)


def test_the_time_of_a_night_is_cut_short(tape: Tape) -> None:
    a_cancel(tape)
    index = index_file(tape.path)
    assert index.verdict.intact
    assert index.length_ms == 60_020 + SILENCE_MS + 4_000
    assert index.wall_ms(30_500) == NOON_MS + 30_500
    assert index.wall_ms(index.length_ms) == NOON_MS + 60_020 + 86_400_000 + 4_000
    assert len(index.outcomes) == 1


def test_a_clock_that_is_set_back_or_far_ahead_stops_no_replay(tape: Tape) -> None:
    tape.picture(1, whole=True)
    tape.on(50 * 365 * 86_400_000)
    tape.picture(2)
    tape.on(-50 * 365 * 86_400_000)
    tape.picture(3)
    tape.on(2_000)
    tape.picture(4)
    index = index_file(tape.path)
    assert list(index.positions_ms) == [0, SILENCE_MS, SILENCE_MS, SILENCE_MS + 2_000]


def test_one_goes_to_any_moment_and_back(tape: Tape, play: Callable[..., ReplayDesk]) -> None:
    a_cancel(tape)
    desk = play()
    desk.seek(desk.index.length_ms)
    until(lambda: open_now(desk) == 7)
    assert desk.place.at_end
    desk.seek(30_000)
    until(lambda: open_now(desk) == 12)
    assert desk.view.accounts[0].reports == ()
    assert desk.place.position_ms == 30_000
    assert desk.clock().wall_ms == NOON_MS + 30_000
    desk.step(-(10**9))
    until(lambda: desk.place.position_ms == 0)


def test_the_jump_lands_where_the_outcome_is_seen(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    a_cancel(tape)
    desk = play(still=False)
    assert desk.to_outcome(1)
    assert not desk.place.playing
    until(lambda: open_now(desk) == 0)
    assert desk.view.accounts[0].reports[0].outcome is Outcome.CONFIRMED
    assert (desk.place.outcome, desk.place.outcomes) == (1, 1)
    assert not desk.to_outcome(1)
    desk.seek(desk.index.length_ms)
    until(lambda: open_now(desk) == 7)
    assert desk.to_outcome(-1)
    until(lambda: open_now(desk) == 0)


def test_outcomes_that_one_picture_shows_are_counted_one_by_one(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    tape.put("start", what="dashboard", user="jo", host="desk-1")
    tape.picture(12, whole=True)
    tape.on(1_000)
    reports = []
    for _ in range(3):
        reports.append(tape.outcome(0))
        tape.on(30)
    tape.picture(0, *reports)
    tape.on(60_000)
    tape.picture(1)
    desk = play()
    steps = [(desk.to_outcome(by), desk.place.outcome) for by in (1, 1, 1, 1, -1, -1, -1)]
    assert steps == [
        (True, 1), (True, 2), (True, 3), (False, 3), (True, 2), (True, 1), (False, 1),
    ]  # fmt: skip
    desk.pause()  # it plays on, and counts what is over
    assert desk.place.outcome == 3
    desk.seek(0)
    until(lambda: desk.place.outcome == 0)


def test_messages_come_in_order_with_rising_numbers_and_their_requests(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    a_cancel(tape)
    desk = play()
    desk.seek(20_000)
    seen: list[Frame] = []

    def jumps() -> int:
        seen.extend(desk.frames.drain())
        return sum("from here" in frame.text for frame in seen)

    until(lambda: jumps() == 1)
    desk.seek(10_000)
    until(lambda: jumps() == 2)
    until(lambda: desk.place.position_ms == 10_000)
    seen += desk.frames.drain()
    numbers = [frame.seq for frame in seen]
    assert numbers == sorted(set(numbers))
    by_number = {frame.seq: frame for frame in seen}
    replies = [frame for frame in seen if frame.direction == "in"]
    assert replies
    for reply in replies:
        assert reply.request is not None
        asked = int(reply.text.split()[1]) - 1
        assert by_number[reply.request].text == f"message {asked}"


def test_it_plays_at_its_pace_and_stands_still_when_told(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    a_cancel(tape)
    shift = [0.0]

    def clock() -> Instant:
        return read_clock().later(shift[0])

    desk = play(clock=clock, still=False)
    until(lambda: open_now(desk) == 12)
    desk.faster(1)
    before = desk.place.position_ms
    shift[0] += 5
    assert 10_000 <= desk.place.position_ms - before < 12_000
    desk.pause()
    held = desk.place.position_ms
    shift[0] += 5
    assert desk.place.position_ms == held
    desk.pause()
    shift[0] += 3600
    assert desk.place.at_end
    desk.step(0)
    until(lambda: open_now(desk) == 7)
    desk.pause()
    until(lambda: open_now(desk) == 12)


def test_a_damaged_file_is_said_to_be_and_still_looked_at(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    a_cancel(tape)
    data = tape.path.read_bytes().replace(b"message 7", b"message 8", 1)
    tape.path.write_bytes(data[:200] + b"\x00\xff junk \n" + data[200:-30])
    desk = play()
    assert not desk.index.verdict.intact
    assert "NOT as it was written: line" in desk.view.notice
    desk.seek(desk.index.length_ms)
    until(lambda: open_now(desk) in (5, 7))
    desk.seek(0)
    until(lambda: desk.place.position_ms == 0)


def test_nothing_of_a_desk_can_be_done(tape: Tape, play: Callable[..., ReplayDesk]) -> None:
    a_cancel(tape)
    desk = play()
    before = (desk.place, desk.view)
    desk.cancel("a")
    desk.panic()
    desk.arm("a")
    desk.disarm("a")
    desk.cancel_then_disarm("a")
    desk.confirm_presence()
    desk.refresh("a")
    desk.note("seen", "a was LATE")
    desk.screen_alive()
    assert desk.place == before[0]
    assert desk.view.accounts == before[1].accounts


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="there is no such file"):
        index_file(tmp_path / "none.jsonl")
    with pytest.raises(CannotRead):
        index_file(tmp_path)


def test_a_large_file_tells_how_far_it_is_read(tape: Tape) -> None:
    for number in range(12):
        tape.put("frame", seq=number, account="a", text="x" * 200_000)
    told: list[tuple[int, int]] = []
    index_file(tape.path, lambda done, of: told.append((done, of)))
    assert len(told) >= 2
    assert told == sorted(told)
    assert all(done <= of == tape.path.stat().st_size for done, of in told)


def test_a_file_that_goes_away_meanwhile_is_said(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    a_cancel(tape)
    desk = play()
    until(lambda: open_now(desk) == 12)
    tape.path.unlink()
    desk.seek(desk.index.length_ms)
    until(lambda: "cannot be read" in desk.view.notice)


def test_a_message_that_cannot_be_read_is_passed_over(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    tape.picture(3, whole=True)
    tape.frame(1)
    tape.put("frame", seq="two", account=7)
    tape.frame(3)
    tape.on(1_000)
    tape.picture(2)
    desk = play()
    desk.seek(desk.index.length_ms)
    until(lambda: open_now(desk) == 2)
    told = {f.text for f in desk.frames.drain() if f.text.startswith("message")}
    assert told == {"message 1", "message 3"}


def test_a_flood_is_shown_whole_and_in_order(tape: Tape, play: Callable[..., ReplayDesk]) -> None:
    tape.picture(3, whole=True)
    for number in range(1, 1301):
        tape.frame(number)
    tape.on(1_000)
    tape.picture(0)
    desk = play(still=False)
    until(lambda: open_now(desk) == 0)
    told = [f.text for f in desk.frames.drain() if f.text.startswith("message")]
    assert told == [f"message {number}" for number in range(1, 1301)]


def test_it_wakes_whoever_watches_once_until_they_have_looked(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    a_cancel(tape)
    desk = play()
    woken: list[int] = []
    desk.watch(lambda: woken.append(1))
    desk.seek(10_000)
    until(lambda: len(woken) == 1)
    for position_ms in (20_000, 30_000):
        desk.seek(position_ms)
        until(lambda at=position_ms: desk.place.position_ms == at)  # type: ignore[misc]
    assert len(woken) == 1
    desk.caught_up()
    desk.seek(40_000)
    until(lambda: len(woken) == 2)


def test_a_replay_takes_no_settings(tape: Tape) -> None:
    a_cancel(tape)
    desk = ReplayDesk(index_file(tape.path))
    new = NewSettings((), lambda _: "no entry")
    assert "this is a replay" in desk.reconfigure(new).result(WAIT_S)
    desk.stop()  # never started


def test_before_its_first_picture_the_first_stands_for_the_beginning(
    tape: Tape, play: Callable[..., ReplayDesk]
) -> None:
    tape.frame(1)
    tape.on(5_000)
    tape.frame(2)
    tape.on(5_000)
    tape.picture(4, whole=True)
    tape.on(5_000)
    tape.picture(1)
    desk = play()
    desk.seek(desk.index.length_ms)
    until(lambda: open_now(desk) == 1)
    desk.seek(5_000)
    until(lambda: open_now(desk) == 4)
