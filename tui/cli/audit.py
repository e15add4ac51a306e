"""What the command line does with the record: check it, show it, export it, replay it."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.cli.console import NOT_OK, OK, UsageError, complain, padded, say, say_json
from tui.cli.streams import is_terminal, output_failed, write_error, write_out
from tui.core.formatting import count, size, timestamp
from tui.core.sanitize import sanitize

if TYPE_CHECKING:
    from tui.core.audit.chain import Record

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes a cell for a formula by."""
_COLUMNS = ("n", "at", "kind", "account", "text", "fields")


def verify(chosen: argparse.Namespace) -> int:
    """Exit code 0 if the file's chain holds and every head noted of it fits."""
    from tui.core.audit.chain import SHORT
    from tui.service.audit.heads import noted_heads
    from tui.service.audit.reader import CannotRead, check_file
    from tui.service.files.locations import find_locations

    head = (chosen.head or "").strip().lower()
    if head and (len(head) < 8 or set(head) - set("0123456789abcdef")):
        raise UsageError("--head is a hash of a record: 8 to 64 of the digits 0 to 9 and a to f")
    meter = Meter(f"checking {chosen.file.name}")
    try:
        heads = noted_heads(chosen.file, find_locations().state_folder)
        checked = check_file(chosen.file, heads, head, meter.tell)
    except CannotRead as error:
        return complain(str(error), NOT_OK)
    finally:
        meter.clear()
    verdict, noted = checked.verdict, checked.noted
    if not verdict.intact:
        good = f"the chain of the {verdict.records} records before it holds"
        return complain(f"{chosen.file}: line {verdict.line}: {verdict.fault}; {good}", NOT_OK)
    if head and noted.typed_at is None:
        why = "no record has the head of --head: it was cut off or rewritten, or it is another file"
        return complain(f"{chosen.file}: {why}", NOT_OK)
    if (wrong := noted.wrong) is not None:
        why = (
            f"record {wrong.number} is not the one whose head was noted in {wrong.place} at"
            f" {timestamp(wrong.at_ms)}: the file was rewritten from there or from before"
        )
        return complain(f"{chosen.file}: {why}", NOT_OK)
    if (missing := noted.missing) is not None:
        why = (
            f"it ends at record {verdict.records}, but the head of record {missing.number} was"
            f" noted in {missing.place} at {timestamp(missing.at_ms)}: its end was cut off"
        )
        return complain(f"{chosen.file}: {why}", NOT_OK)
    say(f"{chosen.file}: the chain of {verdict.records} records holds")
    for line in verdict.cuts:
        say(f"line {line} was cut short by a crash, as the record after it says")
    if noted.typed_at is not None:
        say(f"the head of --head is record {noted.typed_at}: up to there as it was written")
    if (newest := noted.newest) is not None:
        at = timestamp(newest.at_ms)
        say(f"record {newest.number} has the head noted in {newest.place} at {at}")
    if not noted.vouched:
        say(
            "no head of this file is noted on this machine: a file written anew from its start, or"
            " cut at its end, would look the same; --head HASH checks for one noted elsewhere"
        )
    elif noted.vouched < verdict.records:
        after = f"records {noted.vouched + 1} to {verdict.records}"
        say(f"{after} come after the last noted head: nothing outside the file vouches for them")
    say(f"follows {verdict.follows[:SHORT]}")
    say(f"head {verdict.head}")
    return OK


def show(chosen: argparse.Namespace) -> int:
    """The records, one a line; pictures only when asked for."""

    reading = _Reading(chosen)
    for record in reading:
        if chosen.json:
            fields = {"n": record.number, "at": timestamp(record.at_ms), "kind": record.kind}
            say_json({**fields, **record.fields})
        else:
            time = timestamp(record.at_ms)[11:23]
            account = padded(record.account or "-", 14)
            say(f"{time}  {padded(record.kind, 8)} {account} {_text(record)}")
    return reading.code()


def export(chosen: argparse.Namespace) -> int:
    """The records as CSV, for a spreadsheet; no cell is taken for a formula."""

    reading = _Reading(chosen)
    writer = csv.writer(_Output())
    writer.writerow(_COLUMNS)
    for record in reading:
        fields = json.dumps(dict(record.fields))
        at = timestamp(record.at_ms)
        cells = (str(record.number), at, record.kind, record.account, _text(record), fields)
        writer.writerow(_plain_cell(sanitize(cell, sys.maxsize - 1)) for cell in cells)
    return reading.code()


def replay(chosen: argparse.Namespace) -> int:
    """A past session on the screen."""
    from tui.service.audit.reader import CannotRead
    from tui.service.replay.index import index_file

    if not all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr))):
        raise UsageError("a replay needs a terminal; killdesk audit show prints the same records")
    if chosen.file.suffix == ".gz":
        raise UsageError(f"unpack it first: gunzip --keep {chosen.file}")
    meter = Meter(f"reading {chosen.file.name}")
    try:
        index = index_file(chosen.file, meter.tell)
    except CannotRead as error:
        return complain(str(error), NOT_OK)
    finally:
        meter.clear()
    if not len(index):
        return complain(f"{chosen.file}: there is no record in it", NOT_OK)
    from tui.ui.replay.app import run_replay

    return run_replay(index)


class Meter:
    """How far a long reading has come, on a line that goes again; only where somebody looks."""

    def __init__(self, what: str) -> None:
        self._what = sanitize(what, 60)
        self._shown = False

    def tell(self, done: int, of: int) -> None:
        """So many bytes are read, of so many."""
        if is_terminal(sys.stderr):
            share = 100 * done // max(1, of)
            how_far = f"{size(done)} of {size(of)}"
            write_error(f"\r{self._what}: {share:3} %, {how_far} ")
            self._shown = True

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            write_error("\r\x1b[K")


class _Output:
    """Standard output, for a writer that wants a file."""

    def write(self, text: str) -> None:
        write_out(text)


class _Reading:
    """The records that were asked for; what holds none is counted."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self._begin, self._end = _minute(chosen.begin, "--from"), _minute(chosen.end, "--to")
        self._unread = 0

    def __iter__(self) -> Iterator[Record]:
        from tui.core.audit.chain import NotARecord, read_record
        from tui.service.audit.reader import CannotRead, read_lines

        try:
            for line in read_lines(self._chosen.file):
                try:
                    record = read_record(line)
                except NotARecord:
                    self._unread += 1
                    continue
                if self._wants(record):
                    yield record
                if output_failed():
                    return
        except CannotRead as error:
            raise UsageError(str(error)) from None

    def _wants(self, record: Record) -> bool:

        chosen, minute = self._chosen, timestamp(record.at_ms)[11:16]
        return (
            (bool(chosen.kind) or record.kind != "picture")
            and chosen.kind in (None, record.kind)
            and chosen.account in (None, record.account)
            and (self._begin or minute) <= minute <= (self._end or minute)
        )

    def code(self) -> int:
        """The exit code; says how many lines could not be read. What is printed is all that these
        commands are for, so an output that did not take it is a failure."""
        if output_failed():
            return NOT_OK
        if not self._unread:
            return OK
        lines = f"{count(self._unread, 'line')} {'holds' if self._unread == 1 else 'hold'}"
        return complain(f"{self._chosen.file}: {lines} no record; audit verify says more", NOT_OK)


def _minute(text: str | None, option: str) -> str:
    """`HH:MM`, to be compared as text. Raises UsageError."""
    hour, _, minute = (text or "0:0").partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise UsageError(f"{option} is a time in UTC, HH:MM")
    return f"{int(hour):02}:{int(minute):02}" if text else ""


def _text(record: Record) -> str:
    """What a record says, in one line."""
    fields = record.fields

    def said(*names: str) -> str:
        return " ".join(str(fields[name]) for name in names if fields.get(name) not in (None, ""))

    match record.kind:
        case "frame" | "note":
            arrow = {"out": "->", "in": "<-"}.get(str(fields.get("direction")), "--")
            return f"{arrow} {said('transport', 'text')}"
        case "outcome":
            counts = f"{fields.get('open_after', '?')} of {fields.get('open_before', '?')} open"
            ended = f"{said('action', 'outcome')}, {counts} {said('code', 'message')}".rstrip()
            return "; ".join(filter(None, (ended, _remainder(fields.get("coverage")))))
        case "remainder":
            return _remainder(fields.get("coverage")) or "nothing rests beyond what was cancelled"
        case "press":
            return f"{said('press', 'action')} {_scope(fields.get('scope'))}".rstrip()
        case "lock" | "seen":
            return said("text")
        case "lost":
            return f"{fields.get('frames', 0)} frames, {fields.get('others', 0)} other records lost"
    return json.dumps(dict(fields), ensure_ascii=False)


def _remainder(plain: object) -> str:
    """What a report says is not covered; empty if nothing is, and of older records."""
    from tui.core.audit.codec import NotPlain, from_plain
    from tui.core.coverage import Coverage

    try:
        return from_plain(Coverage, plain).sentence
    except NotPlain:
        return ""


def _scope(scope: object) -> str:
    if not isinstance(scope, dict) or not scope:
        return ""
    orders = scope.get("orders")
    if isinstance(orders, list):
        return f"{len(orders)} chosen"
    return " ".join(str(part) for part in scope.values())


def _plain_cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


COMMANDS = {
    "audit verify": verify,
    "audit show": show,
    "audit export": export,
    "replay": replay,
}
