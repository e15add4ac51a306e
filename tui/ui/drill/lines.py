"""What a drill has come to, drawn: figures, steps, and a line for each account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from tui.core.drill import STEPS, AccountDrill, Drill
from tui.core.formatting import count, duration
from tui.ui.drill.controller import drilled_ago
from tui.ui.widgets.big_digits import big, big_height
from tui.ui.widgets.line_list import Line, Said
from tui.ui.widgets.value_widget import Drawing, ValueWidget, first_fitting, lines, row, styled

_GAP = 4
_STEPS = {
    "simulator": "simulated venues up",
    "connect": "connected",
    "read": "books read",
    "panic": "panic",
    "check": "nothing left",
    "arm": "timers armed",
    "disarm": "and off",
}
_COLUMNS = {
    "orders": 7, "ready": 7, "to wire": 7, "ack": 7, "confirmed": 9, "was": 7, "timer on": 8,
    "off": 7, "left": 5,
}  # fmt: skip
"""The columns and their cells."""
_GIVES_WAY = ("off", "timer on", "ready", "was", "to wire", "ack")
"""What goes first where there is no room for all."""
_LEAST_NAME = 8
_MOST_NAME = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """A drill, and the one before it."""

    drill: Drill
    before: Drill | None
    now_ms: int = 0
    """For how long ago the one before was."""


class DrillFigures(ValueWidget[Shown]):
    """How many are confirmed, how many orders are left, and the slowest: from across the room."""

    def paint(self, value: Shown, width: int, height: int) -> Drawing:
        drill = value.drill
        confirmed = sum(one.outcome == "confirmed" for one in drill.accounts)
        left = [one.left for one in drill.accounts if one.left is not None]
        good = ".ink--good" if confirmed == len(drill.accounts) else ".ink--careful"
        failed = drill.done and not drill.ok
        figures = [
            (str(confirmed), f"of {len(drill.accounts)} confirmed", ".ink--bad" if failed else good)
        ]
        if left:
            figures.append((str(sum(left)), "orders left", ".ink--bad" if sum(left) else good))
        if drill.slowest is not None:
            took, unit = duration(drill.slowest.confirmed_ms or 0.0).split()
            figures.append((took, f"{unit} slowest, {drill.slowest.account}", ".ink--text"))
        columns = []
        for figure, label, style in figures:
            picture = [styled(line, style) for line in big(figure, 1)]
            words = styled(label, ".ink--quiet")
            cells = max(part.cell_length for part in (*picture, words))
            columns.append(
                [Content.assemble(p, " " * (cells - p.cell_length)) for p in (*picture, words)]
            )
        while len(columns) > 1 and sum(c[0].cell_length + _GAP for c in columns) - _GAP > width:
            columns.pop()
        gap = Content(" " * _GAP)
        return lines(*(gap.join(parts) for parts in zip(*columns, strict=True)))


FIGURES_HEIGHT = big_height() + 1


def drill_lines(shown: Shown, width: int) -> list[Line]:
    """The steps, the accounts, what went wrong, and the drill before."""
    drill = shown.drill
    return [Said(line) for line in _contents(drill, shown, width)]


def _contents(drill: Drill, shown: Shown, width: int) -> Iterator[Content]:
    yield from _steps(drill, width)
    yield Content()
    if drill.problem:
        yield from styled(f"✕ {drill.problem}", ".ink--bad").wrap(max(20, width))
        yield Content()
    yield from _table(drill, shown.before, width)
    if shown.before is not None:
        yield Content()
        yield _before(shown.before, shown.now_ms, width)


def _steps(drill: Drill, width: int) -> Iterator[Content]:
    line = Content()
    for name in STEPS:
        part = _step(drill, name)
        if line.plain and row(line, part, gap="   ").cell_length > width:
            yield line
            line = Content()
        line = row(line, part, gap="   ")
    yield line


def _step(drill: Drill, name: str) -> Content:
    took_ms = drill.took_ms(name)
    if took_ms is not None:
        took = styled(duration(took_ms), ".ink--quiet")
        return row(styled("✓", ".ink--good"), styled(_STEPS[name], ".ink--text"), took, gap=" ")
    if name == drill.step:
        return styled(f"▶ {_STEPS[name]}", ".ink--careful")
    return styled(f"○ {_STEPS[name]}", ".ink--faint")


def _table(drill: Drill, before: Drill | None, width: int) -> Iterator[Content]:
    longest = max((len(one.account) for one in drill.accounts), default=0)
    columns = {name: n for name, n in _COLUMNS.items() if name != "was" or before is not None}
    for leaving in _GIVES_WAY:
        if 3 + min(longest, _MOST_NAME) + sum(columns.values()) + len(columns) > width:
            columns.pop(leaving, None)
    shown = list(columns.items())
    figures = sum(cells + 1 for _, cells in shown)
    name_cells = max(_LEAST_NAME, min(longest, _MOST_NAME, width - figures - 3))
    heads = " ".join(name.rjust(cells) for name, cells in shown)
    yield styled(f"  {'account'.ljust(name_cells)} {heads}", ".ink--faint")
    was = {one.account: one for one in before.accounts} if before else {}
    for one in drill.accounts:
        values = _values(one, was.get(one.account))
        text = " ".join(values[name].rjust(cells) for name, cells in shown)
        called = styled(one.account, ".ink--strong").truncate(name_cells, ellipsis=True)
        pad = " " * (name_cells - called.cell_length + 1)
        yield Content.assemble(_sign(one, drill), " ", called, pad, styled(text, ".ink--text"))
        if one.message:
            yield from (
                Content.assemble("  ", part)
                for part in styled(one.message, ".ink--bad").wrap(max(20, width - 2))
            )


def _sign(one: AccountDrill, drill: Drill) -> Content:
    if one.ok:
        return styled("✓", ".ink--good")
    if drill.done or one.outcome not in ("", "confirmed") or one.left:
        return styled("✕", ".ink--bad")
    return styled("▶" if drill.step else "○", ".ink--careful")


def _values(one: AccountDrill, was: AccountDrill | None) -> dict[str, str]:
    def ms(value: float | None) -> str:
        return duration(value, unknown="--")

    held = bool(one.timers)
    return {
        "orders": count(one.orders),
        "ready": ms(one.read_ms),
        "to wire": ms(one.wire_ms),
        "ack": ms(one.ack_ms),
        "confirmed": ms(one.confirmed_ms),
        "was": ms(was.confirmed_ms) if was else "--",
        "timer on": ms(one.arm_ms) if held else "",
        "off": ms(one.disarm_ms) if held else "",
        "left": "--" if one.left is None else count(one.left),
    }


def _before(before: Drill, now_ms: int, width: int) -> Content:
    slowest = before.slowest
    size = f"{count(len(before.accounts), 'account')}, {count(before.orders, 'order')}"
    came = "all confirmed" if before.ok else "FAILED"
    when = f"the drill before, {drilled_ago(now_ms - before.at_ms)}"
    took = f"slowest {slowest.account} {duration(slowest.confirmed_ms or 0)}" if slowest else ""
    return first_fitting(
        width,
        styled(", ".join(filter(None, (f"{when}: {size}", came, took))), ".ink--quiet"),
        styled(f"{when}: {came}", ".ink--quiet"),
    )
