"""A short session as its record has it, with something in every field."""

from __future__ import annotations

from tui.core.actions import Outcome, Report
from tui.core.audit.chain import START, Chain
from tui.core.audit.codec import to_plain
from tui.core.audit.snapshots import SnapshotEncoder
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState, TimerView
from tui.core.desk import AccountView, DeskView, Health
from tui.core.frames import Frame
from tui.core.orders import Book, Kind, OpenOrder

NOON_MS = 1_760_702_400_000


def _tape() -> list[bytes]:
    """A short session: what is written of one, with something in every field."""
    now = Instant(*(NOON_MS / 1000,) * 3)
    timer = TimerView(
        "okx-sprd", "spreads", TimerState.ARMED, 30.0, 5.0, now, now, NOON_MS, 84.0, 1, "m",
        trigger_ms=NOON_MS,
    )  # fmt: skip
    order = OpenOrder("spread", "1", "BTC", "buy", "open", "1.5", "2", NOON_MS)
    report = Report(
        "a", "okx", "spreads", Outcome.REMAINING, started_ms=NOON_MS, open_before=3, open_after=1,
        ack_ms=80.0, confirmed_ms=90.0, route="ws", attempts=1, code="1", message="m",
        remaining=(order,), ended_ms=NOON_MS,
    )  # fmt: skip
    account = AccountView(
        "a", "okx", "OKX", Health.READY, "", "", False, "", (), (Kind("spread", "spreads"),), (),
        Book(("spread",), (order,) * 3, NOON_MS), "", (timer,), (report,), (),
    )  # fmt: skip
    frame = Frame(1, 0, "a", "ws", "in", '{"code":"0"}', 12, 12, 84.0, 1, False, (("a", "b"),))
    told = to_plain(frame)
    assert isinstance(told, dict)
    told.pop("at_ms")
    outcome = to_plain(report)
    assert isinstance(outcome, dict)
    chain = Chain()
    changes = SnapshotEncoder().changes(DeskView((account,), "a notice"), now)
    return [
        chain.seal(NOON_MS, "open", {"follows": START}),
        chain.seal(NOON_MS, "start", {"what": "dashboard", "user": "u", "host": "h", "pid": 1}),
        chain.seal(NOON_MS, "picture", {"whole": True, **changes}),
        chain.seal(NOON_MS + 10, "frame", told),
        chain.seal(NOON_MS + 20, "outcome", outcome),
        chain.seal(NOON_MS + 30, "end", {}),
    ]


TAPE = _tape()
