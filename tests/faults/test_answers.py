"""Answers that are right and do not come when they should: each is matched to its own request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.scenario import CONFIRMED_NONE, EVER, HTX, Scenario, of_all, play, starts_over
from tests.faults.stage import WAIT_S, Stage
from tui.core.desk import Health
from tui.venues.base.specs import Keepalive
from tui.venues.htx.adapter import Htx


def late(what: str, delay_ms: int) -> Scenario:
    """HTX answers the cancels of isolated margin late, those of cross margin at once."""
    return Scenario(
        what,
        HTX,
        lambda stage: stage.venue.faults(HTX, "delay", EVER, op="cancelall", delay_ms=delay_ms),
        Health.READY,
        "",
        of_all(HTX, CONFIRMED_NONE),
        end=starts_over,
    )


def answered(stage: Stage) -> list[int]:
    """The requests of the subject's socket that were answered, as their answers came."""
    frames = [one for one in tuple(stage.frames) if (one.account, one.transport) == (HTX, "ws")]
    return [one.request for one in frames if one.direction == "in" and one.request is not None]


async def test_answers_may_overtake_each_other(set_stage: Callable[..., Stage]) -> None:
    stage = set_stage(HTX, ack_s=WAIT_S)

    async def look(when: str) -> None:
        if when == "told":
            assert [step.name for step in stage.report("isolated").steps[:2]] == [
                "sent by ws",
                "accepted",
            ]
            assert answered(stage) != sorted(answered(stage))

    await play(stage, late("answers overtake each other", 1_000), look)


async def test_an_answer_after_its_deadline_answers_nothing(
    set_stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cancel has gone over REST by then, and the socket, which answers pings, is kept."""
    monkeypatch.setattr(Htx, "keepalive", Keepalive(idle_s=0.5, text=None, answer_s=WAIT_S))
    stage = set_stage(HTX)

    async def look(when: str) -> None:
        if when == "told":
            assert [step.name for step in stage.report("isolated").steps[:3]] == [
                "sent by ws",
                "no certain answer",
                "sent by rest",
            ]
            assert len(stage.ws.connections) == 1

    await play(stage, late("answers come after their deadline", 600), look)
