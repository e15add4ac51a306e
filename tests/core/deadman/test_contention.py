"""Another program on the same timer gives itself away by the venue's limit, and only by that."""

from __future__ import annotations

from tui.core.clocks import Instant
from tui.core.deadman.contention import ENOUGH, WITHIN_S, ContentionDetector


def at(seconds: float) -> Instant:
    return Instant(seconds, seconds, seconds)


def refused(rivals: ContentionDetector, *sends_s: float) -> None:
    for second in sends_s:
        rivals.sent(at(second))
        rivals.limited(at(second + 0.1))


def test_beats_that_are_one_too_many_are_somebody_elses_doing() -> None:
    rivals = ContentionDetector()
    refused(rivals, 5.0)
    assert rivals.words(at(6)) == ""
    refused(rivals, 10.0)
    assert ENOUGH == 2
    assert "another program" in rivals.words(at(11))


def test_a_refusal_close_behind_a_request_of_ours_proves_nothing() -> None:
    rivals = ContentionDetector()
    rivals.sent(at(5.0))
    refused(rivals, 6.1, 7.2, 8.3, 9.4)
    assert rivals.words(at(10)) == ""


def test_it_is_forgotten_after_a_while() -> None:
    rivals = ContentionDetector()
    refused(rivals, 5.0, 10.0)
    assert rivals.words(at(5 + WITHIN_S))
    assert not rivals.words(at(5.2 + WITHIN_S))
