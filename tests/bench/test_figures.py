"""How figures are made of what was measured."""

from __future__ import annotations

import pytest

from tests.bench.beats import late_ms
from tests.bench.figures import Failed, Line, Spread
from tests.bench.loop_beats import BEAT_S
from tests.bench.rows import ROWS
from tests.bench.table import Measured, as_markdown


def test_a_spread_is_of_all_values_in_whatever_order() -> None:
    spread = Spread.of([float(value) for value in (*range(100, 50, -1), *range(1, 51))])
    assert (spread.n, spread.least, spread.median, spread.p95, spread.most) == (
        100, 1.0, 50.5, 95.0, 100.0)  # fmt: skip
    with pytest.raises(Failed):
        Spread.of([])


def test_a_beat_that_is_missed_is_late_until_the_next_one_comes() -> None:
    in_time = [0.0, BEAT_S, 2 * BEAT_S + 0.01]
    assert late_ms(in_time, 0.0, 9.0) == pytest.approx([0.0, 10.0])
    missed = [0.0, 3 * BEAT_S + 0.5]
    late_s = (2 * BEAT_S + 0.5, BEAT_S + 0.5, 0.5)
    assert late_ms(missed, 0.0, 99.0) == pytest.approx([late * 1000 for late in late_s])
    assert late_ms(missed, 0.0, 2 * BEAT_S) == pytest.approx([late * 1000 for late in late_s[:2]])
    early = [0.0, BEAT_S - 0.001]
    assert late_ms(early, 0.0, 9.0) == pytest.approx([-1.0])


@pytest.mark.parametrize("theirs", [[2.0], [-0.1], None])
def test_a_line_goes_through_json_and_has_a_ratio_where_it_says_something(
    theirs: list[float] | None,
) -> None:
    beside = Spread.of(theirs) if theirs else None
    line = Line("press", "ms", Spread.of([3.0]), "another", beside, target="<= 4 ms", met=True)
    assert Line.from_json(line.as_json()) == line
    assert line.ratio == (1.5 if theirs == [2.0] else None)


def test_the_table_says_what_was_missed_and_what_failed() -> None:
    line = Line("press", "ms", Spread.of([3.0]), target="<= 1 ms", met=False)
    rows = [Measured(ROWS[0], [line]), Measured(ROWS[1], [], "no simulator")]
    table = as_markdown(rows, {"python": "3.11"})
    assert "| press | ms | 1 | 3.00 | 3.00 |  |  |  |  |  | <= 1 ms: MISSED |" in table
    assert f"FAILED {ROWS[1].name}: no simulator" in table
