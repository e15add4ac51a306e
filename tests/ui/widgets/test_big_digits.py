"""Large figures are rectangles, and no two of them look alike."""

import pytest

from tui.ui.widgets.big_digits import big, big_height, big_width


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("text", ["0", "1234567890", "27.4", "--", "? 1"])
def test_rows_are_as_wide_and_as_many_as_said(text: str, scale: int) -> None:
    rows = big(text, scale)
    assert len(rows) == big_height(scale)
    assert {len(row) for row in rows} == {big_width(text, scale)}


def test_figures_differ() -> None:
    assert len({tuple(big(figure)) for figure in "0123456789-?"}) == 12


def test_another_character_is_refused() -> None:
    with pytest.raises(KeyError):
        big("12x")
