"""The search can fail: canaries are planted, and found wherever and however they are written."""

from __future__ import annotations

import base64
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

LeftBehind = Callable[..., list[str]]
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": bytes,
    "reversed": lambda raw: raw[::-1],
    "percent": lambda raw: quote(raw, safe="").encode(),
    "hex": lambda raw: raw.hex().encode(),
    "hex, capitals": lambda raw: raw.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64, one before": lambda raw: base64.b64encode(b":" + raw),
    "base64, two before": lambda raw: base64.b64encode(b'{"' + raw + b'"}'),
    "base64url": base64.urlsafe_b64encode,
    "base64url, one before": lambda raw: base64.urlsafe_b64encode(b"x" + raw),
    "repr": lambda raw: repr(raw.decode()).encode(),
    "the first half": lambda raw: raw[: len(raw) // 2],
    "the second half": lambda raw: raw[len(raw) // 2 :],
}


def unseen(simulator: Any) -> list[bytes]:
    """Every secret of the accounts."""
    return [
        entry[field].encode()
        for entry in simulator.accounts.values()
        for field in ("api_key", "secret_key", "passphrase")
        if field in entry
    ]


def test_nothing_is_found_where_nothing_is(left_behind: LeftBehind, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(os.urandom(2_000_000).hex().encode())
    assert left_behind(os.urandom(100_000), b"sign in: ***") == []


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_a_planted_secret_is_found_in_a_file(
    left_behind: LeftBehind, tmp_path: Path, simulator: Any, pin: str, encode: Callable[..., bytes]
) -> None:
    secrets = [*unseen(simulator), pin.encode()]
    for number, secret in enumerate(secrets):
        (tmp_path / f"file-{number}").write_bytes(b"before " + encode(secret) + b" after")
    found = {leak.partition(":")[0] for leak in left_behind()}
    assert found == {f"file-{number}" for number in range(len(secrets))}


def test_a_planted_secret_is_found_in_a_packed_file_and_in_a_name(
    left_behind: LeftBehind, tmp_path: Path, simulator: Any
) -> None:
    first, second, *_ = unseen(simulator)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(first))
    (tmp_path / second.hex()).mkdir()
    found = {leak.partition(":")[0] for leak in left_behind()}
    assert found == {"packed.gz", f"the name of {second.hex()}"}


def test_a_planted_secret_is_found_on_the_screen_between_colours(
    left_behind: LeftBehind, simulator: Any
) -> None:
    secret = unseen(simulator)[0]
    painted = b"\x1b[31m".join(secret[at : at + 3] for at in range(0, len(secret), 3))
    assert {leak.partition(":")[0] for leak in left_behind(painted)} == {"the terminal's text, 1"}


def test_a_signature_is_found(left_behind: LeftBehind, signatures: list[str]) -> None:
    signatures.append(base64.b64encode(os.urandom(32)).decode())
    assert len(left_behind(quote(signatures[0], safe="").encode())) >= 1
    assert len(left_behind(b'{"sign":"' + signatures[0].encode())) >= 1


def test_a_library_that_is_not_silenced_is_found(
    left_behind: LeftBehind,
    killdesk: Callable[..., Any],
    configured: str,
    clean_env: dict[str, str],
) -> None:
    """The product with one of its guards undone: a log has the beginning of a login."""
    assert killdesk("check", "--config", configured).returncode == 0
    assert left_behind() == []
    clean_env["LOUD_UNGAG"] = "1"
    assert killdesk("check", "--config", configured).returncode == 0
    found = left_behind()
    assert any(leak.startswith("loud.log: api_key of okx-desk") for leak in found), found


@pytest.mark.skipif(sys.platform != "linux", reason="this platform has no /proc")
@pytest.mark.parametrize("where", ["arguments", "environment", "grandchild"])
def test_a_secret_of_a_process_is_found(
    left_behind: LeftBehind, simulator: Any, processes: Any, where: str
) -> None:
    secret = unseen(simulator)[0].decode()
    wait = [sys.executable, "-c", "import sys; print('', flush=True); sys.stdin.read()"]
    command, env = wait, dict(os.environ)
    if where == "arguments":
        command = [*wait, secret]
    elif where == "environment":
        env["X"] = secret
    else:
        start = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
        command = [sys.executable, "-c", start, *wait, base64.b64encode(secret.encode()).decode()]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.readline()
        end = time.monotonic() + 20
        while not (found := left_behind()) and time.monotonic() < end:
            time.sleep(0.05)
        run.communicate()
    assert found and all(leak.startswith(("cmdline of", "environ of")) for leak in found)
