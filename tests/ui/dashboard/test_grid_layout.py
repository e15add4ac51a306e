"""The plan of the panels: it fits, or it says that it scrolls."""

from hypothesis import given
from hypothesis import strategies as st

from tui.ui.dashboard.grid_layout import Density, plan


@given(
    st.integers(20, 400), st.integers(2, 120), st.lists(st.integers(1, 3), min_size=1, max_size=30)
)
def test_the_panels_fit_or_whole_rows_of_them_are_shown(
    width: int, height: int, buttons: list[int]
) -> None:
    made = plan(width, height, buttons)
    assert made.columns * made.rows >= len(buttons)
    assert made.height + made.air <= height
    assert made.visible_rows == made.rows or made.density is Density.TINY


@given(st.integers(20, 300), st.integers(10, 80), st.integers(1, 14))
def test_more_room_never_makes_panels_smaller(width: int, height: int, panels: int) -> None:
    order = list(Density)
    small = plan(width, height, [1] * panels)
    large = plan(width, height + 5, [1] * panels)
    assert order.index(large.density) <= order.index(small.density)


def test_four_accounts_at_80x24_have_large_figures() -> None:
    made = plan(80, 22, [1, 1, 2, 1])
    assert (made.density, made.columns) == (Density.MEDIUM, 2)
