"""The screen on which the tests look takes what a real terminal takes."""

from __future__ import annotations

import pyte
import pytest

from tests.e2e.conftest import LenientScreen


@pytest.mark.parametrize("final", sorted(pyte.Stream.csi))
@pytest.mark.parametrize("private", ["", "?"])
def test_a_key_that_ends_a_half_written_sequence_is_ignored(final: str, private: str) -> None:
    screen = pyte.Screen(20, 3)
    stream = pyte.Stream(LenientScreen(screen))
    stream.feed(f"\x1b[{private}38;2;200;100;50;48;2;1;2;3;7{final}")
    stream.feed("\x1b[2J\x1b[3;1Hstill there")
    assert "still there" in screen.display[2]
