"""Canaries for credentials, libraries that tell all they can, and a search for the canaries."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

import tui.simulator.bitget.auth
import tui.simulator.htx.auth
import tui.simulator.okx.auth
import tui.simulator.server

if sys.platform == "win32":
    collect_ignore_glob = ["test_*.py"]

LOUD = Path(__file__).parent / "loud"
ROOT = Path(__file__).parents[3]
PIECE, STEP = 12, 6
"""Bytes of a spelling that are searched for, and from one piece to the next: any 17 are found."""
CONTROL = re.compile(rb"\x1b\[[0-9;?<>=:]*[ -/]*[@-~]|\x1b[()][0-9A-Za-z]|[\r\n]")
SAMPLE_S = 0.03

Places = Mapping[str, bytes]


def spellings(value: str) -> dict[str, bytes]:
    """Each way in which a value can be written, by its name."""
    raw = value.encode()
    small = re.sub("%..", lambda code: code[0].lower(), quote(value, safe=""))
    found = {
        "plain": value,
        "reversed": value[::-1],
        "json": json.dumps(value)[1:-1],
        "json in json": json.dumps(json.dumps(value))[3:-3],
        "repr": repr(value)[1:-1],
        "repr of bytes": repr(raw)[2:-1],
        "percent": quote(value, safe=""),
        "percent, small": small,
        "percent, path": quote(value),
        "plus": quote_plus(value),
        "percent twice": quote(quote(value, safe=""), safe=""),
        "hex": raw.hex(),
        "hex, capitals": raw.hex().upper(),
        "hex, spaced": raw.hex(" "),
        "base32": base64.b32encode(raw).decode().rstrip("="),
        "ascii85": base64.a85encode(raw).decode(),
    }
    for shift in range(3):
        # What stands before it moves a value against the groups of three bytes.
        begin, end = (0, 2, 3)[shift], (len(raw) + shift) * 8 // 6
        packed = base64.b64encode(bytes(shift) + raw).decode()[begin:end]
        found[f"base64 +{shift}"] = packed
        found[f"base64url +{shift}"] = packed.translate(str.maketrans("+/", "-_"))
        found[f"base64 +{shift}, percent"] = quote(packed, safe="")
    written = {name: text.encode() for name, text in found.items()}
    return written | {"utf-16": value.encode("utf-16-le"), "utf-16-be": value.encode("utf-16-be")}


def pieces(spelling: bytes) -> Iterator[bytes]:
    """Parts of a spelling, so that one cut in two is found as well."""
    last = max(0, len(spelling) - PIECE)
    for start in {*range(0, last, STEP), last}:
        yield spelling[start : start + PIECE]


class Hunt:
    """Looks for canaries. What is found is named; the canary itself is not repeated."""

    def __init__(self) -> None:
        self._needles: dict[bytes, str] = {}

    def add(self, name: str, value: str) -> None:
        """Looks for this one too, in every spelling."""
        for how, spelling in spellings(value).items():
            for piece in pieces(spelling):
                self._needles.setdefault(piece, f"{name} ({how})")

    def add_signature(self, value: str) -> None:
        """One of many values that were made of a secret: looked for as it crosses a wire."""
        for how, text in (("plain", value), ("percent", quote(value, safe=""))):
            self._needles.setdefault(text[:16].encode(), f"signature ({how})")

    def leaks(self, places: Places) -> list[str]:
        """`place: canary (spelling)` of everything that is found."""
        return [
            f"{place}: {name}"
            for place, data in places.items()
            for name in sorted({name for piece, name in self._needles.items() if piece in data})
        ]


class Processes:
    """Arguments and environment of the processes that a test starts, and of their children."""

    def __init__(self) -> None:
        self.seen: dict[str, bytes] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.look()

    def look(self) -> None:
        parents = dict(_parents())
        for pid in parents:
            above = parents[pid]
            while above in parents and above != os.getpid():
                above = parents[above]
            if above == os.getpid():
                for what in ("cmdline", "environ"):
                    try:
                        data = Path(f"/proc/{pid}/{what}").read_bytes()
                    except OSError:
                        continue
                    # A process that has not begun its program yet has what its parent has.
                    self.seen.setdefault(f"{what} of {pid}: {hash(data)}", data)


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_bytes()
            except OSError:
                continue
            yield int(folder.name), int(stat.rpartition(b")")[2].split()[1])


def files_below(folder: Path, but: Iterable[str] = ()) -> dict[str, bytes]:
    """Names and contents of every file, unpacked where it is packed."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        found[f"the name of {name}"] = name.encode()
        if path.is_file() and path.name not in but:
            data = path.read_bytes()
            found[name] = gzip.decompress(data) if path.suffix == ".gz" else data
    return found


def shown(received: bytes) -> dict[str, bytes]:
    """What a terminal was sent, as it came and without what only moves and colours."""
    return {"the terminal": received, "the terminal's text": CONTROL.sub(b"", received)}


@pytest.fixture
def pin() -> str:
    return f"pin-{secrets.token_hex(16)}"


@pytest.fixture
def signatures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each signature that a venue has found right or wrong, filled while the test runs."""
    found: list[str] = []
    for module in (tui.simulator.bitget.auth, tui.simulator.htx.auth, tui.simulator.okx.auth):

        def signature(*given: Any, of: Callable[..., str] = module.signature) -> str:
            found.append(of(*given))
            return found[-1]

        monkeypatch.setattr(module, "signature", signature)
    return found


@pytest.fixture
def simulator(
    start_simulator: Callable[..., Any], signatures: list[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """A simulator whose credentials are canaries with everything that an encoding can change."""

    def hostile(name: str) -> str:
        first, second, third = (secrets.token_hex(7) for _ in range(3))
        return f"{name}{first}\"\\+/{second}=&%'<[{third}"

    made = tui.simulator.server.demo_accounts

    def accounts() -> Any:
        canaries = made()
        for account in canaries.values():
            account.api_key, account.secret_key = hostile("ak"), hostile("sk")
            account.passphrase = account.passphrase and hostile("pp")
        return canaries

    monkeypatch.setattr(tui.simulator.server, "demo_accounts", accounts)
    return start_simulator()


@pytest.fixture
def clean_env(clean_env: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who wants every library to tell all it knows."""
    for name in ("tmp", "cwd"):
        (tmp_path / name).mkdir()
    return clean_env | {
        "PYTHONPATH": os.pathsep.join((str(LOUD), str(ROOT))),
        "PYTHONDEVMODE": "1",
        "PYTHONASYNCIODEBUG": "1",
        "LOUD_LOG": str(tmp_path / "loud.log"),
        "LOUD_CWD": str(tmp_path / "cwd"),
        "TMPDIR": str(tmp_path / "tmp"),
        "KILLDESK_DEBUG": "1",
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL_LOG": str(tmp_path / "textual.log"),
        "SSLKEYLOGFILE": str(tmp_path / "tls.log"),
    }


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Looks at every process of the test, where there is a /proc."""
    one = Processes()
    if Path("/proc/self/environ").exists():
        one.start()
    yield one
    if one._thread.is_alive():
        one.stop()


@pytest.fixture
def hunt(simulator: Any, pin: str) -> Hunt:
    """Looks for the credentials of every account, and for the PIN."""
    one = Hunt()
    for name, entry in simulator.accounts.items():
        for field in ("api_key", "secret_key", "passphrase"):
            if field in entry:
                one.add(f"{field} of {name}", entry[field])
    one.add("PIN", pin)
    return one


@pytest.fixture
def left_behind(
    tmp_path: Path, hunt: Hunt, signatures: list[str], processes: Processes
) -> Callable[..., list[str]]:
    """`left_behind(*outputs)`: the leaks in them, in every file of the test, in every process."""

    def search(*outputs: bytes) -> list[str]:
        for signature in set(signatures):
            hunt.add_signature(signature)
        places = files_below(tmp_path, but=("keyring_pass.cfg",)) | processes.seen
        for number, output in enumerate(outputs, 1):
            places |= {f"{name}, {number}": data for name, data in shown(output).items()}
        return hunt.leaks(places)

    return search
