"""A session leaves a record behind, the record is whole, and it can be seen again."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
Killdesk = Callable[..., "subprocess.CompletedProcess[str]"]
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def test_a_session_is_recorded_checked_and_replayed(
    terminal: Open, killdesk: Killdesk, configured: str, home: Path
) -> None:
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    desk.press("3")
    desk.press("s")
    desk.wait_for("AGAIN")
    desk.press("s")
    desk.wait_for("confirmed")
    desk.press("q")
    assert desk.wait_end() == 0
    said = re.search(r"record: (\S+), head (\w{12})", STYLE.sub("", desk.received.decode()))
    assert said
    path, head = said.groups()
    assert Path(path).parent == home / ".local/state/killdesk/audit"

    done = killdesk("audit", "verify", path, "--head", head)
    assert done.returncode == 0, done.stderr
    shown = [
        json.loads(line) for line in killdesk("audit", "show", path, "--json").stdout.splitlines()
    ]
    assert [one["outcome"] for one in shown if one["kind"] == "outcome"] == ["confirmed"]

    again = terminal("replay", path, columns=160, rows=46)
    again.wait_for("REPLAY")
    again.wait_for("END")
    again.press("^")
    again.wait_for(lambda text: "PAUSED" in text and "0:00 /" in text)
    again.wait_for("outcome 0 of 1")
    again.wait_for(lambda text: "confirmed" not in text and "CONNECTING" in text)
    again.press(".")
    again.wait_for("outcome 1 of 1")
    again.wait_for(lambda text: "confirmed spreads" in re.sub(" +", " ", text))
    again.press("sX")
    again.wait_for("nothing can be sent")
    again.press("q")
    assert again.wait_end() == 0


def test_a_cancel_without_a_screen_is_recorded_too(
    killdesk: Killdesk, configured: str, home: Path
) -> None:
    done = killdesk("cancel", "okx-desk", "--yes", "--json", "--config", configured)
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] == "confirmed"
    assert "record: " in done.stderr
    (path,) = (home / ".local/state/killdesk/audit").glob("*.jsonl")
    assert killdesk("audit", "verify", str(path)).returncode == 0
    told = killdesk("audit", "show", str(path)).stdout
    assert "panic" in told
    assert "spreads confirmed" in told


def test_the_demo_desk_leaves_no_record(terminal: Open, home: Path) -> None:
    desk = terminal("--demo")
    desk.wait_for("4 of 4 ready")
    desk.press("q")
    assert desk.wait_end() == 0
    assert not (home / ".local/state/killdesk/audit").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_cancel_that_a_signal_cuts_off_has_its_outcome_on_record(
    terminal: Open, configured: str, simulator: Any, home: Path, number: int
) -> None:
    desk = terminal("--config", configured, columns=160, rows=46)
    desk.wait_for("4 of 4 ready")
    simulator.faults("okx-desk", "ignore", 1_000_000, path="/api/v5/sprd/orders-pending")
    desk.press("3")
    desk.twice("s")
    desk.wait_for("cancelling spreads")
    desk.kill(number)
    assert desk.wait_end() == 128 + number
    (path,) = (home / ".local/state/killdesk/audit").glob("*.jsonl")
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    (told,) = [one for one in found if one["kind"] == "outcome"]
    assert (told["account"], told["action"], told["outcome"]) == (
        "okx-desk", "spreads", "unresolved",
    )  # fmt: skip
    assert found[-1]["kind"] == "end"
