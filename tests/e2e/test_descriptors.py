"""A desk of many accounts where few files may be open, and one that runs out of them later."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from keyrings.alt.file import PlaintextKeyring

from tui.service.files.descriptors import descriptors_for

Open = Callable[..., Any]
ESCAPE = "\x1b[27u"
"""By kitty's protocol: the plain byte may be the beginning of the next key."""
RUN = str(Path(__file__).parent / "meddling" / "run.py")
LIMITED = """
import resource, sys
hard = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_NOFILE, (min(120, hard), hard))
from tui.cli.main import main
sys.exit(main())
"""
MANY = 32
STYLE = re.compile(r"\x1b[\[\]()][0-9;?<>=]*[ -/]*[@-~]|[\r\n]+")
SOCKETS = {"htx": "/linear-swap-trade", "okx": "/ws/v5/business"}


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def many(simulator_class: Any, home: Path) -> Iterator[Any]:
    """A simulator with many accounts, in a process of its own; settings and keys of each of them
    lie in `home`."""
    sorts = ("okx", "htx/unified", "bitget", "htx/legacy")
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.simulator", "--exit-with-stdin", "--orders", "6",
         *(f"--account=a{n:02}={sorts[n % 4]}" for n in range(MANY))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    greeting = json.loads(process.stdout.readline())
    keyring = PlaintextKeyring()
    keyring.file_path = str(home / ".local/share/python_keyring/keyring_pass.cfg")
    lines = []
    for entry in greeting["accounts"]:
        lines += ["[[accounts]]", f'name = "{entry["name"]}"', f'venue = "{entry["venue"]}"',
                  f'rest_url = "{greeting["url"]}"']  # fmt: skip
        if entry["venue"] in SOCKETS:
            url = greeting["url"].replace("http", "ws", 1) + SOCKETS[entry["venue"]]
            lines.append(f'ws_url = "{url}"')
        keys = {key: entry[key] for key in ("api_key", "secret_key", "passphrase") if key in entry}
        keyring.set_password("killdesk", entry["name"], json.dumps(keys))
    (home / "many.toml").write_text("\n".join(lines))
    handle = simulator_class(greeting["url"], {one["name"]: one for one in greeting["accounts"]})
    try:
        yield handle
    finally:
        handle.close()
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def faults(desk: Any) -> set[str]:
    """What the screen has said of faults of its own, and what stood beside it."""
    said = STYLE.sub("", desk.received.decode(errors="replace"))
    return set(re.findall("fault of killdesk.{0,60}", said))


def left(simulator: Any) -> int:
    """Accounts in which a button's orders still rest."""
    accounts = simulator.state()["accounts"].values()
    return sum(any(count for kind, count in one["by_kind"].items() if kind != "strategy")
               for one in accounts)  # fmt: skip


@pytest.mark.timeout(300)
def test_the_limit_is_raised_and_every_account_works(terminal: Open, many: Any, home: Path) -> None:
    desk = terminal(
        *("4096", "--config", str(home / "many.toml")), columns=200, rows=46,
        runner=("-c", LIMITED),
    )  # fmt: skip
    desk.wait_for(f"{MANY} of {MANY} ready", 120)
    assert "ulimit" not in desk.text
    desk.press("X")
    desk.wait_for("AGAIN")
    desk.press("X")
    desk.wait_for(lambda _: left(many) == 0, 120)
    desk.wait_for("PANIC")
    desk.kill(signal.SIGTERM)
    assert desk.wait_end() == 128 + signal.SIGTERM


@pytest.mark.timeout(300)
def test_what_the_limit_is_short_of_is_said_and_panic_works_for_what_is_connected(
    terminal: Open, many: Any, home: Path
) -> None:
    desk = terminal(
        *("120", "--config", str(home / "many.toml")), columns=300, rows=46,
        runner=("-c", LIMITED),
    )  # fmt: skip
    desk.wait_for(f"start killdesk after `ulimit -n {descriptors_for(MANY)}`", 120)
    desk.wait_for("Too many open files")
    desk.press("X")
    desk.wait_for("AGAIN")
    desk.press("X")
    desk.wait_for("PANIC")
    desk.wait_for(lambda _: left(many) <= MANY // 2, 120)
    desk.press("?")
    desk.wait_for("go to a panel")
    desk.press(ESCAPE)
    desk.wait_for(lambda text: "go to a panel" not in text)
    desk.kill(signal.SIGTERM)
    assert desk.wait_end() == 128 + signal.SIGTERM
    assert faults(desk) == set()


@pytest.mark.timeout(300)
def test_without_a_descriptor_left_every_key_works_and_the_cancels_leave(
    terminal: Open, configured: str, simulator: Any, tmp_path: Path
) -> None:
    log = tmp_path / "meddled.log"
    desk = terminal(
        *("--config", configured), columns=160, rows=46, runner=(RUN,), MEDDLE_LOG=str(log)
    )
    desk.wait_for("4 of 4 ready")
    until(lambda: "loaded\n" in log.read_text())
    desk.kill(signal.SIGUSR2)
    until(lambda: "taken" in log.read_text())
    desk.press("X")
    desk.wait_for("AGAIN")
    desk.press("X")
    desk.wait_for("PANIC")
    desk.wait_for(lambda _: simulator.open("htx-legacy") == simulator.open("htx-unified") == 0)
    desk.wait_for(lambda _: simulator.open("okx-desk") == 0)
    desk.wait_for(lambda _: set(covered(simulator, "bitget-uta")) == {0})
    desk.press(ESCAPE)
    desk.wait_for(lambda text: "X X panic again" not in text)
    for key, said in (("?", "go to a panel"), ("v", "what happened"), ("i", "why ready or not"),
                      ("h", "alarms and outcomes"), ("o", "choose orders   htx"), ("l", "PIN"),
                      ("d", "READY TO DRILL"), ("\x10", "what to do")):  # fmt: skip
        desk.press(key)
        desk.wait_for(said)
        desk.press(ESCAPE)
        desk.wait_for(lambda text, said=said: said not in text)
    simulator.orders("okx-desk", "spread", 3)
    desk.press("s")
    desk.wait_for("AGAIN")
    desk.press("s")
    desk.wait_for(lambda _: simulator.open("okx-desk", "spread") == 0)
    desk.kill(signal.SIGTERM)
    assert desk.wait_end() == 128 + signal.SIGTERM
    assert faults(desk) == set()
    assert b"Traceback" not in desk.received


def covered(simulator: Any, account: str) -> list[int]:
    """How many orders rest of each kind that the cancel button reaches."""
    kinds = simulator.account(account)["by_kind"].items()
    return [count for kind, count in kinds if kind != "strategy"]
