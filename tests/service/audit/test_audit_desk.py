"""What a live desk puts on record: the press before its request, every frame, every outcome."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui.core.actions import Outcome
from tui.core.audit.chain import read_record, verify
from tui.core.desk import NewSettings
from tui.service.audit import writer as audit_module
from tui.service.audit.writer import Audit
from tui.service.cancel.run import RunLimits
from tui.service.demo import read_greeting
from tui.service.desk.live import LiveDesk
from tui.service.headless_cancel import cancel_accounts

WAIT_S = 60.0
CANCELS = re.compile(r"mass-cancel|cancelall|cancel_all|cancel-all-quotes|cancel-symbol-order")


@asynccontextmanager
async def armed(
    simulator: Any, watch_desk: Callable[[LiveDesk], Any], audit: Audit
) -> AsyncIterator[tuple[LiveDesk, Any]]:
    """A desk with a record, all accounts ready and Bitget's timer armed; stopped at the end."""
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    live = LiveDesk(
        demo.accounts, lambda one: demo.secrets[one.name], screen_grace_s=3600, audit=audit
    )
    live.start()
    desk = watch_desk(live)
    try:
        await desk.ready("okx-desk", "bitget-uta", "htx-legacy", "htx-unified")
        live.arm("bitget-uta")
        await desk.until(lambda: desk.account("bitget-uta").timer.state == "armed")
        yield live, desk
    finally:
        live.stop()


async def test_a_session_is_on_record_in_its_order(
    simulator: Any, watch_desk: Callable[[LiveDesk], Any], tmp_path: Path
) -> None:
    audit = Audit(tmp_path, {"what": "test"})
    async with armed(simulator, watch_desk, audit) as (live, desk):
        live.cancel("okx-desk", "spreads")
        await desk.reported("okx-desk")
        live.panic()
        await desk.reported("htx-legacy", 2)
        await desk.reported("okx-desk", 2)
        await desk.reported("bitget-uta")
        await desk.until(lambda: live.view.record_head == audit.head)
        shown = {frame.seq for frame in desk.log()}

    path = audit.path
    assert path is not None
    data = path.read_bytes()
    with path.open("rb") as file:
        assert verify(file).intact
    found = [read_record(line) for line in data.splitlines()]
    presses = [record for record in found if record.kind == "press"]
    assert [record.fields["press"] for record in presses] == ["arm", "cancel", "panic"]
    cancel = found.index(presses[1])
    sent = next(
        at
        for at, record in enumerate(found)
        if record.fields.get("direction") == "out" and "sprd-mass-cancel" in str(record.fields)
    )
    assert cancel < sent
    assert presses[1].at_ms <= found[sent].at_ms
    outcomes = [(record.account, record.fields["action"]) for record in found
                if record.kind == "outcome"]  # fmt: skip
    assert outcomes[0] == ("okx-desk", "spreads")
    assert len(outcomes) == 7
    notes = [str(record.fields["text"]) for record in found if record.kind == "note"]
    assert any(text.startswith("timer bitget armed") for text in notes)
    kept = {record.fields["seq"] for record in found if record.kind in ("frame", "note")}
    assert shown <= kept
    for entry in simulator.accounts.values():
        for field in ("api_key", "secret_key", "passphrase"):
            assert field not in entry or entry[field].encode() not in data


async def test_every_unresolved_cancel_has_its_settling_on_record(
    simulator: Any, watch_desk: Callable[[LiveDesk], Any], tmp_path: Path
) -> None:
    audit = Audit(tmp_path, {"what": "test"})
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    accounts = [account for account in demo.accounts if account.name == "okx-desk"]
    limits = RunLimits(ack_s=0.5, window_s=0.5)
    live = LiveDesk(
        accounts, lambda one: demo.secrets[one.name], limits=limits, poll_s=0.3, audit=audit
    )
    live.start()
    desk = watch_desk(live)

    def spreads() -> Any:
        return next((one for one in desk.account("okx-desk").reports), None)

    try:
        await desk.ready("okx-desk")
        simulator.faults("okx-desk", "http_500", 1_000_000, path="/api/v5/sprd/orders-pending")
        for number in range(2):
            live.cancel("okx-desk", "spreads")
            await desk.until(lambda before=number: len(desk.account("okx-desk").earlier) == before)
            await desk.until(lambda: bool(spreads()) and not desk.account("okx-desk").runs)
            assert spreads().outcome is Outcome.UNRESOLVED
        simulator.reset()
        await desk.until(lambda: spreads().outcome is not Outcome.UNRESOLVED)
    finally:
        live.stop()
    assert audit.path is not None
    found = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    told = [record.fields for record in found if record.kind == "outcome"]
    first, second = dict.fromkeys(one["started_ms"] for one in told)
    outcomes = [(one["started_ms"], one["outcome"] == "unresolved") for one in told]
    assert outcomes == [(first, True), (second, True), (first, False), (second, False)]
    assert all(str(one["message"]).startswith("settled by a later read") for one in told[2:])


async def test_a_cancel_under_way_at_the_end_of_the_process_is_on_record_as_unresolved(
    simulator: Any, watch_desk: Callable[[LiveDesk], Any], tmp_path: Path
) -> None:
    audit = Audit(tmp_path, {"what": "test"})
    async with armed(simulator, watch_desk, audit) as (live, desk):
        simulator.faults("okx-desk", "ignore", 1_000_000, path="/api/v5/sprd/orders-pending")
        live.cancel("okx-desk", "spreads")
        await desk.until(
            lambda: [run.step for run in desk.account("okx-desk").runs] == ["reading the book"]
        )
    assert audit.path is not None
    found = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    (told,) = [record.fields for record in found if record.kind == "outcome"]
    assert (told["account"], told["action"]) == ("okx-desk", "spreads")
    assert (told["outcome"], told["attempts"]) == ("unresolved", 1)
    assert str(told["message"]).endswith("before the outcome was known: reading the book")
    assert found[-1].kind == "end"


async def test_a_cancel_that_waits_for_the_keyring_at_the_end_is_on_record_as_denied(
    simulator: Any, watch_desk: Callable[[LiveDesk], Any], tmp_path: Path
) -> None:
    audit, answers = Audit(tmp_path, {"what": "test"}), threading.Event()
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    accounts = [account for account in demo.accounts if account.name == "okx-desk"]

    def read(_: object) -> str:
        answers.wait()
        return "no credentials"

    live = LiveDesk(accounts, read, audit=audit, answer_s=3600)
    live.start()
    try:
        desk = watch_desk(live)
        live.cancel("okx-desk", "spreads")
        await desk.until(lambda: bool(desk.account("okx-desk").runs))
    finally:
        live.stop()
        answers.set()
    assert audit.path is not None
    found = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    (told,) = [record.fields for record in found if record.kind == "outcome"]
    assert (told["action"], told["outcome"]) == ("spreads", "denied")
    assert "before there were credentials" in str(told["message"])


def test_what_is_done_at_the_screen_is_on_record(tmp_path: Path) -> None:
    audit = Audit(tmp_path, {"what": "test"})
    for desk in (LiveDesk((), dict, audit=audit), LiveDesk((), dict)):
        desk.start()
        desk.note("seen", "okx-desk was LATE")
        desk.stop()
    assert audit.path is not None
    found = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    noted = [record.fields for record in found if record.kind == "seen"]
    assert noted == [{"text": "okx-desk was LATE"}]


def test_a_broken_record_is_said_on_the_desk_and_stops_no_cancel(
    simulator: Any, tmp_path: Path
) -> None:
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    (tmp_path / "file").write_text("")
    audit = Audit(tmp_path / "file", {"what": "test"})
    ended = cancel_accounts(demo.accounts, lambda one: demo.secrets[one.name], audit=audit)
    assert {str(report.outcome) for report in ended.reports} == {"confirmed"}
    assert audit.fault.startswith("the record of this session is broken: ")


class StuckDisk:
    """A disk that takes what comes until it `sticks`, and then nothing before `go_on`."""

    def __init__(self) -> None:
        self.sticks, self.stuck, self.go_on = (threading.Event() for _ in range(3))

    def wait(self) -> None:
        if self.sticks.is_set():
            self.stuck.set()
            assert self.go_on.wait(WAIT_S)

    def write(self, descriptor: int, data: bytes) -> int:
        self.wait()
        return os.write(descriptor, data)


@pytest.mark.parametrize("press", ["cancel", "panic"])
async def test_a_press_is_written_before_its_cancel_leaves(
    simulator: Any,
    watch_desk: Callable[[LiveDesk], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    press: str,
) -> None:
    """It does not stand in line behind the frames that wait for the disk."""
    monkeypatch.setattr(audit_module, "PRESS_S", WAIT_S)
    monkeypatch.setattr(audit_module, "GATHER_S", WAIT_S)
    left: list[int] = []

    def write(descriptor: int, data: bytes) -> int:
        taken = os.write(descriptor, data)
        if f'"press":"{press}"'.encode() in data:
            left.append(sum(bool(CANCELS.search(text)) for text in desk.texts("okx-desk")))
        return taken

    audit = Audit(tmp_path, {"what": "test"}, write=write)
    async with armed(simulator, watch_desk, audit) as (live, desk):
        if press == "cancel":
            live.cancel("okx-desk", "spreads")
        else:
            live.panic()
        assert left == [0]
        await desk.reported("okx-desk")
        assert any(CANCELS.search(text) for text in desk.texts("okx-desk"))


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("press", ["cancel", "panic"])
async def test_a_disk_that_is_stuck_holds_up_no_cancel_and_no_beat(
    simulator: Any,
    watch_desk: Callable[[LiveDesk], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    press: str,
) -> None:
    """The record comes to a stop first; then the press, and all that it does to its end."""
    disk = StuckDisk()
    sync = os.fsync
    if call == "fsync":
        monkeypatch.setattr(audit_module.os, "fsync", lambda fd: (disk.wait(), sync(fd)))
    options = {"write": disk.write} if call == "write" else {}
    audit = Audit(tmp_path, {"what": "test"}, **options)
    async with armed(simulator, watch_desk, audit) as (live, desk):
        try:
            disk.sticks.set()
            live.note("seen", "the disk sticks from here on")
            await desk.until(disk.stuck.is_set)

            def beats() -> int:
                return sum("countdown-cancel-all" in text for text in desk.texts("bitget-uta"))

            before = beats()
            if press == "cancel":
                live.cancel("okx-desk", "spreads")
                await desk.reported("okx-desk")
            else:
                live.panic()
                for name, actions in (("okx-desk", 2), ("htx-legacy", 2), ("bitget-uta", 1)):
                    await desk.reported(name, actions)
            assert simulator.open("okx-desk", "spread") == 0
            outcomes = [one.outcome for one in desk.account("okx-desk").reports]
            assert set(outcomes) == {Outcome.CONFIRMED}
            await desk.until(lambda: beats() > before)
            assert not disk.go_on.is_set(), "all of it while the disk stood still"
        finally:
            disk.go_on.set()
            disk.sticks.clear()
    assert audit.path is not None
    found = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    with audit.path.open("rb") as file:
        assert verify(file).intact
    pressed = next(at for at, record in enumerate(found) if record.fields.get("press") == press)
    out = ((at, str(record.fields)) for at, record in enumerate(found)
           if record.fields.get("direction") == "out")  # fmt: skip
    sent = [at for at, text in out if CANCELS.search(text)]
    assert sent, "what left is on record once the disk goes on"
    assert pressed < min(sent)


@pytest.mark.parametrize("part", ["press", "outcome", "picture", "start"])
async def test_a_fault_in_the_record_itself_stops_no_cancel_and_is_shown(
    simulator: Any,
    watch_desk: Callable[[LiveDesk], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MemoryError("a text that is not to be shown")

    monkeypatch.setattr(Audit, part, broken)
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    audit = Audit(tmp_path, {"what": "test"})
    live = LiveDesk(
        demo.accounts, lambda one: demo.secrets[one.name], screen_grace_s=3600, audit=audit
    )
    live.start()
    desk = watch_desk(live)
    try:
        await desk.ready("okx-desk")
        live.cancel("okx-desk", "spreads")
        account = await desk.reported("okx-desk")
        assert account.reports[0].outcome is Outcome.CONFIRMED
        await desk.until(lambda: "a fault of killdesk's own: MemoryError" in live.view.notice)
        assert "not to be shown" not in live.view.notice
    finally:
        live.stop()


async def test_the_notice_says_that_the_record_is_broken(
    simulator: Any, watch_desk: Callable[[LiveDesk], Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    audit = Audit(tmp_path / "file", {"what": "test"})
    live = LiveDesk((), dict, notice=lambda: "another warning", audit=audit)
    live.start()
    try:
        desk = watch_desk(live)
        await desk.until(lambda: "is broken" in live.view.notice)
        await desk.until(lambda: live.view.notice.startswith("another warning; "))
    finally:
        live.stop()


async def test_settings_that_are_taken_over_or_refused_are_on_record(
    simulator: Any, watch_desk: Callable[[LiveDesk], Any], tmp_path: Path
) -> None:
    entries = [{"name": name, **entry} for name, entry in simulator.accounts.items()]
    demo = read_greeting(json.dumps({"url": simulator.url, "accounts": entries}))
    bitget, okx = (
        next(account for account in demo.accounts if account.name == name)
        for name in ("bitget-uta", "okx-desk")
    )
    another = replace(bitget, name="another")
    secrets = {**demo.secrets, "another": demo.secrets["bitget-uta"]}
    audit = Audit(tmp_path, {"what": "test"})
    live = LiveDesk(
        (bitget, okx), lambda one: demo.secrets[one.name], screen_grace_s=3600, audit=audit
    )
    live.start()
    desk = watch_desk(live)
    try:
        await desk.ready("bitget-uta", "okx-desk")
        new = NewSettings((okx, another), lambda one: secrets[one.name], {"okx-desk"}, 12.0)
        taken = live.reconfigure(new)
        await desk.until(taken.done)
        assert taken.result() == ""
        await desk.ready("another")
        live.arm("another")
        await desk.until(lambda: desk.account("another").timer.state == "armed")
        refused = live.reconfigure(NewSettings((okx,), lambda one: secrets[one.name]))
        await desk.until(refused.done)
        assert refused.result() != ""
        live.disarm("another")
        await desk.until(lambda: desk.account("another").timer.state == "off")
    finally:
        live.stop()
    assert audit.path is not None
    found = [read_record(line) for line in audit.path.read_bytes().splitlines()]
    first, second = (record.fields for record in found if record.kind == "settings")
    assert first["accounts"] == ["okx-desk (okx)", "another (bitget)"]
    assert (first["come"], first["gone"], first["anew"]) == (
        ["another"], ["bitget-uta"], ["okx-desk"],
    )  # fmt: skip
    assert (first["screen_grace_s"], first["refused"]) == (12.0, "")
    assert second["gone"] == ["another"]
    assert second["refused"] == refused.result()
    first_of_another = next(record for record in found if record.account == "another")
    taken_over = next(record for record in found if record.kind == "settings")
    assert found.index(taken_over) < found.index(first_of_another)
