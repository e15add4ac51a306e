"""What is within the size limits costs no more than a machine has: each run in a process of its
own, whose memory the system bounds."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system bounds no memory")
PRELUDE = """
import gzip, resource, tempfile
from pathlib import Path
def bound(mb):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + mb * 2**20,) * 2)
"""
FLOODS = """
MOST = 8 * 2**20 - 100
FLOODS = [
    b'{"code":"0","msg":"","data":[' + b",".join([part] * (MOST // (len(part) + 1))) + b"]}"
    for part in (b"{}", b"1", b'{"ordId":1}')
]
FLOODS += [b'{"msg":"' + b"x" * MOST + b'"}', b'{"code":' + b"9" * MOST + b"}"]
FLOODS += [b'{"ts":0.' + b"1" * MOST + b"}", b'{"msg":"' + b"\\\\u0041" * (MOST // 6) + b'"}']
"""
TASKS = {
    "floods of a million items are read, shown and forgotten": (
        700,
        FLOODS
        + """
from tui.venues import adapter_for
from tui.core.accounts import Account
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import RestReply
from tui.core.sanitize import safe_bytes
bound(BOUND)
for flood in FLOODS:
    safe_bytes(flood)
    adapter = adapter_for(Account("a", "okx", "https://a.invalid"))
    talk = adapter.read_book(None, ("spread",))
    next(talk)
    try:
        talk.send((RestReply(200, flood),))
    except (VenueError, StopIteration):
        pass
""",
    ),
    "a message that unpacks to a quarter of a gigabyte": (
        64,
        """
from tui.venues.htx.socket import read_socket
import zlib
packer = zlib.compressobj(9, wbits=31)
bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(256)) + packer.flush()
bound(BOUND)
read = read_socket(bomb)
assert "unpacks to more than" in read.event.reason, read.event
""",
    ),
    "a packed record of lines that are none": (
        96,
        """
from tui.service.audit.reader import check_file
from tui.service.replay.index import index_file
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "2025-10-17.jsonl.gz"
    with gzip.open(path, "wb", 1) as file:
        for _ in range(200):
            file.write(b"x" * 999_999 + b"\\n")
    assert path.stat().st_size < 2_000_000
    bound(BOUND)
    assert not check_file(path).verdict.intact
    assert len(index_file(path)) == 0
""",
    ),
    "a packed record of one line without an end": (
        160,
        """
from tui.service.audit.reader import check_file
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "2025-10-17.jsonl.gz"
    with gzip.open(path, "wb", 1) as file:
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    bound(BOUND)
    assert not check_file(path).verdict.intact
""",
    ),
}


@pytest.mark.parametrize("name", TASKS)
def test_memory_is_bounded(name: str) -> None:
    most_mb, task = TASKS[name]
    code = textwrap.dedent(PRELUDE) + task.replace("BOUND", str(most_mb))
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2_000:]
