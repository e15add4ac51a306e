"""Notes the heads of the record outside its folder, and reads them back to check a file.

Two places, each for what it can: a file in the state folder, which whoever edits the record may
overlook but can edit as well; and the system's log where there is one, which a user can add to but
not take from. Neither stops root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tui.core.audit.heads import NotedHead
from tui.core.sanitize import sanitize
from tui.service.audit.compression import PACKED
from tui.service.files.locations import (
    careful_flags,
    make_private_folder,
    open_private,
    replace_private,
)
from tui.service.files.regular_file import read_regular

HEADS_FILE = "record-heads"
MOST_BYTES = 512 * 1024
"""Of the file; beyond that its older half goes."""
JOURNAL_S = 10.0
"""How long the system's log may take to be read."""
_SYSTEM_LOG = Path("/dev/log")
_TAG = "killdesk"


class HeadNotes:
    """Where a session notes its heads. Called from the record's own thread: it touches the disk."""

    def __init__(self, state_folder: Path, system_log: Path = _SYSTEM_LOG) -> None:
        self._path = state_folder / HEADS_FILE
        self._system_log = system_log

    def note(self, head: NotedHead) -> None:
        """Notes one head; a place that cannot be written to is passed over, as the record itself
        goes on."""
        with suppress(OSError):
            _append(self._path, f"{head.line}\n".encode())
        if self._system_log.exists():
            with suppress(ImportError, OSError):  # Windows has neither
                import syslog

                syslog.openlog(_TAG, 0, syslog.LOG_USER)
                syslog.syslog(syslog.LOG_NOTICE, head.line)


def noted_heads(file: Path, state_folder: Path) -> list[NotedHead]:
    """Every head of that file of the record that is noted on this machine."""
    name = file.name.removesuffix(PACKED)
    found = [*_of_file(state_folder / HEADS_FILE), *_of_journal()]
    return [head for head in found if head.file == name]


def _append(path: Path, line: bytes) -> None:
    make_private_folder(path.parent)
    descriptor = open_private(path, careful_flags(os.O_RDWR | os.O_CREAT | os.O_APPEND))
    try:
        size = os.fstat(descriptor).st_size
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
    if size + len(line) > MOST_BYTES:
        kept = path.read_text("ascii", errors="replace").splitlines(keepends=True)
        replace_private(path, "".join(kept[len(kept) // 2 :]))


def _of_file(path: Path) -> Iterator[NotedHead]:
    with suppress(OSError):
        for line in read_regular(path, 2 * MOST_BYTES).decode("ascii", "replace").splitlines():
            if (head := NotedHead.read(line, "the state folder")) is not None:
                yield head


def _of_journal() -> Iterator[NotedHead]:
    program = shutil.which("journalctl")
    if program is None:
        return
    ask = [program, "--quiet", "--no-pager", "--output=cat", f"--identifier={_TAG}"]
    try:
        result = subprocess.run(ask, capture_output=True, timeout=JOURNAL_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return
    for line in result.stdout.decode(errors="replace").splitlines():
        if (head := NotedHead.read(sanitize(line, 200), "the system's journal")) is not None:
            yield head
