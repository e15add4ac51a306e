"""What a hand does on purpose fires; what a held key, a mouse, a paste or a cat does, does not."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.ui.keys.hands import Desk, Typed, cat, held, late, many_keys, typist
from tui.ui.keys.gesture import (
    DOUBLE_CLICK_S,
    REPEAT_GAP_S,
    WINDOW_S,
    Answer,
    Gesture,
    Nature,
    Stroke,
)

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())["recordings"]
RANDOMS = st.randoms(use_true_random=False)
KEYS = st.sampled_from("Xcsu")
BATCHES = st.integers(1, 5)
WORDS = st.sampled_from(
    (
        "XRP SNX",
        "AVAX XRP",
        "success",
        "SuccEss",
        "taXXes",
        "uucp",
        "stress",
        "stXX",
        "access",
        "account",
        "occurred",
        "accuse",
        "vacuum",
        "passes",
        "assess",
        "succumb",
    )
)


# On purpose


@given(KEYS, st.integers(1, 1869), BATCHES)
def test_two_taps_fire_once(key: str, gap: int, batch: int) -> None:
    assert Desk().play([(key, 0), (key, gap)], batch) == [key]


@given(KEYS, st.integers(1, 179))
def test_fast_taps_fire_with_the_second_and_wait_for_nothing(key: str, gap: int) -> None:
    desk = Desk()
    desk.handle(desk.feed(key, 0))
    desk.handle(desk.feed(key, gap))
    assert desk.fired == [key]


@given(st.integers(180, 1999))
def test_slow_taps_wait_for_the_time_of_a_repeat_and_no_longer(gap: int) -> None:
    desk = Desk()
    desk.handle(desk.feed("X", 0))
    desk.handle(desk.feed("X", gap))
    assert desk.answers == [Answer.ARMED, Answer.WAIT]
    due_s = desk.gesture.due_s
    assert due_s == pytest.approx(gap / 1000 + REPEAT_GAP_S)
    assert desk.gesture.settle(due_s - 0.001) is None
    assert desk.gesture.settle(due_s) is Answer.FIRE


@given(st.integers(0, 1999))
def test_where_the_terminal_tells_presses_from_repeats_nothing_waits(gap: int) -> None:
    desk = Desk()
    desk.handle(desk.feed("X", 0, repeat=False))
    desk.handle(desk.feed("X", gap, repeat=False))
    assert desk.fired == ["X"]


@given(st.integers(1, 60), st.integers(0, 3000))
def test_a_hold_that_the_terminal_tells_is_no_half_of_a_gesture(repeats: int, gap: int) -> None:
    desk = Desk()
    hold: Typed = [("X", 500 + n * 30) for n in range(repeats)]
    desk.handle(desk.feed("X", 0, repeat=False))
    for key, at in hold:
        desk.handle(desk.feed(key, at, repeat=True))
    desk.handle(desk.feed("X", hold[-1][1] + gap, repeat=False))
    assert desk.fired == []
    desk.handle(desk.feed("X", hold[-1][1] + gap + 100, repeat=False))
    assert desk.fired == ["X"]


@given(st.lists(st.sampled_from(("3", "1", "tab", "down")), max_size=5), KEYS, st.integers(60, 300))
def test_going_to_a_panel_first_is_no_typing(way: list[str], key: str, gap: int) -> None:
    typed: Typed = [(step, n * gap) for n, step in enumerate((*way, key, key))]
    assert Desk().play(typed) == [key]


@given(st.lists(KEYS, min_size=1, max_size=4), st.integers(60, 179))
def test_one_gesture_after_the_other(keys: list[str], gap: int) -> None:
    doubled = [key for key in keys for _ in range(2)]
    assert Desk().play([(key, n * gap) for n, key in enumerate(doubled)]) == keys


@given(KEYS, st.integers(20, 179), st.integers(180, 1900), st.integers(20, 179), BATCHES)
def test_a_second_pair_soon_after_the_first_fires_too(
    key: str, first: int, pause: int, second: int, batch: int
) -> None:
    again = first + pause
    typed = [(key, 0), (key, first), (key, again), (key, again + second)]
    assert Desk().play(typed, batch) == [key, key]


@given(KEYS, RANDOMS)
def test_holding_the_second_tap_fires_once(key: str, random: Random) -> None:
    typed = [(key, 0), *held(key, random, start=random.randint(40, 170))]
    assume(len(typed) > 4)
    assert Desk().play(typed) == [key]


@given(KEYS, st.integers(20, 179), st.integers(200, 1900))
def test_a_pair_after_the_same_letter_in_a_text_fires(key: str, gap: int, before: int) -> None:
    text = [(key, 0), ("o", 60), ("o", 120), ("enter", 180)]
    assert Desk().play([*text, (key, 180 + before + 300), (key, 480 + before + gap)]) == [key]


@given(RANDOMS, st.integers(3, 12))
def test_whoever_hammers_on_the_key_gets_through(random: Random, taps: int) -> None:
    now = 0
    typed: Typed = []
    for _ in range(taps):
        typed.append(("X", now))
        now += random.randint(135, 400)
    assert Desk().play(typed)


@given(st.integers(500, 1999))
def test_two_clicks_apart_fire(gap: int) -> None:
    assert Desk().play([("click", 0), ("click", gap)]) == ["X"]


@given(st.integers(100, 499))
def test_whoever_hammers_on_the_button_gets_through(gap: int) -> None:
    assert Desk().play([("click", n * gap) for n in range(8)])


@given(st.sampled_from([("X", "click"), ("click", "X")]), st.integers(0, 1999))
def test_a_key_and_a_click_are_two_presses(keys: tuple[str, str], gap: int) -> None:
    assert Desk().play([(keys[0], 0), (keys[1], gap)]) == ["X"]


def test_after_a_hold_two_presses_are_needed_as_ever() -> None:
    hold: Typed = [("X", 0), *(("X", 500 + 33 * n) for n in range(10))]
    desk = Desk()
    assert desk.play(hold) == []
    assert desk.gesture.last_press(0.8) is None
    assert desk.play([("X", 1300)]) == []
    assert desk.play([("X", 1450)]) == ["X"]


def test_a_late_second_press_arms_again() -> None:
    desk = Desk()
    assert desk.play([("X", 0), ("X", 2000)]) == []
    assert desk.play([("X", 2150)]) == ["X"]


# By accident


@given(KEYS, RANDOMS, BATCHES)
def test_a_held_key_is_one_press(key: str, random: Random, batch: int) -> None:
    desk = Desk()
    assert desk.play(held(key, random), batch) == []
    assert desk.answers.count(Answer.ARMED) <= 2


@given(RANDOMS, st.sampled_from((10, 20, 38)))
def test_a_held_key_is_one_press_over_a_connection_that_delays(random: Random, jitter: int) -> None:
    assert Desk().play(late(held("X", random, soonest=180 + jitter), random, jitter)) == []


@given(RANDOMS, st.integers(0, 1500))
def test_a_held_key_stays_one_press_while_a_connection_stands_still(
    random: Random, stall_at: int
) -> None:
    """What is delayed by a stall comes at its end, together."""
    typed = held("X", random)
    begin = next((at for _, at in typed[2:] if at >= stall_at), typed[-1][1])
    end = begin + random.randint(1, 380)
    arrived = [(key, end if begin < at < end else at) for key, at in typed]
    assert Desk().play(arrived) == []


@given(KEYS, RANDOMS)
def test_with_once_a_held_key_fires_once(key: str, random: Random) -> None:
    assert Desk(once=True).play(held(key, random)) == [key]


@given(RANDOMS)
def test_a_held_arm_key_arms_and_begins_no_disarm(random: Random) -> None:
    desk = Desk()
    typed = held("a", random)
    assert desk.play(typed) == []
    assert desk.timer
    assert desk.gesture.last_press(typed[-1][1] / 1000) is None


@given(RANDOMS, BATCHES)
def test_a_cat_fires_nothing(random: Random, batch: int) -> None:
    assert Desk().play(cat(random), batch) == []


@given(RANDOMS)
def test_two_held_keys_of_two_keyboards_fire_nothing(random: Random) -> None:
    first, second = held("X", random), held(random.choice("acx"), random, random.randint(1, 300))
    typed = sorted(first + second, key=lambda one: one[1])
    if typed[0][0] == "X" == typed[1][0] and typed[1][1] > 0:
        return  # the other key came after the repeats began
    assert "X" not in Desk().play(typed)


@given(RANDOMS, BATCHES)
def test_many_different_keys_fire_nothing(random: Random, batch: int) -> None:
    assert Desk().play(many_keys(random), batch) == []


@given(RANDOMS, WORDS)
def test_words_fire_nothing_unless_they_begin_with_a_gesture(random: Random, words: str) -> None:
    fired = Desk().play(typist(random, words))
    assert fired in ([], [words[0]] if words[0] == words[1] else [])


@given(st.integers(1, 12), st.integers(20, 400), st.sampled_from("axc3"))
def test_alternating_keys_fire_nothing(times: int, gap: int, other: str) -> None:
    typed: Typed = [("X" if n % 2 else other, n * gap) for n in range(2 * times)]
    assert Desk().play(typed) == []


@given(st.integers(10, 499), st.integers(10, 499), st.booleans())
def test_double_and_triple_clicks_fire_nothing(first: int, second: int, triple: bool) -> None:
    typed: Typed = [("click", 0), ("click", first)]
    if triple:
        typed.append(("click", first + second))
    desk = Desk()
    assert desk.play(typed) == []
    assert desk.answers[1] is Answer.DOUBLE_CLICK


@given(st.text("Xcsua", min_size=2, max_size=40))
def test_what_came_in_one_read_fires_and_arms_nothing(text: str) -> None:
    desk = Desk()
    assert desk.play([(key, 0) for key in text], len(text), burst=True) == []
    assert desk.gesture.last_press(0.0) is None
    assert not desk.timer


@given(st.integers(1, 100))
def test_what_came_in_one_read_completes_nothing(gap: int) -> None:
    desk = Desk()
    desk.handle(desk.feed("X", 0))
    desk.handle(desk.feed("X", gap, burst=True))
    desk.handle(desk.feed("X", gap, burst=True))
    assert desk.fired == []


def test_what_waited_in_a_stopped_terminal_does_nothing() -> None:
    assert Desk().play([("X", 0), ("X", 100)], stale=True) == []


@given(st.floats(0, 100))
def test_a_press_too_old_when_it_is_handled_does_nothing(delay_s: float) -> None:
    gesture = Gesture()
    first, second = Stroke("X", 10.0), Stroke("X", 10.1)
    for stroke in (first, second):
        gesture.feed(stroke)
    target: frozenset[object] = frozenset({"X"})
    now_s = 10.1 + delay_s
    answers = [gesture.press(stroke, target, now_s) for stroke in (first, second)]
    assert (Answer.FIRE in answers) == (now_s - 10.0 <= WINDOW_S)


@given(RANDOMS, st.integers(2, 8))
def test_when_the_screen_handles_its_keys_changes_nothing(random: Random, batch: int) -> None:
    makers = (cat, many_keys, lambda r: held("X", r), lambda r: typist(r, "aXX cc uu Xa"))
    typed = random.choice(makers)(random)
    assert Desk().play(typed) == Desk().play(typed, batch)


def test_one_stroke_is_one_press() -> None:
    gesture, stroke = Gesture(), Stroke("enter", 1.0)
    gesture.feed(stroke)
    target: frozenset[object] = frozenset({"X"})
    assert gesture.press(stroke, target, 1.0) is Answer.ARMED
    assert gesture.press(stroke, target, 1.0) is Answer.HELD


def test_another_key_too_soon_takes_a_press_back_that_may_be_a_repeat() -> None:
    desk = Desk()
    desk.handle(desk.feed("X", 0))
    desk.handle(desk.feed("X", 600))
    assert desk.gesture.feed(Stroke("v", 0.65, letter=True)) is Answer.INTERRUPTED
    assert desk.gesture.settle(9.0) is None


def test_after_a_stall_a_stroke_is_doubtful_and_only_arms() -> None:
    gesture = Gesture()
    for at_ms in (0, 500, 533, 800):
        stroke = Stroke("X", at_ms / 1000)
        gesture.feed(stroke)
    assert stroke.nature is Nature.DOUBTFUL
    assert gesture.press(stroke, frozenset({"X"}), 0.8) is Answer.ARMED


def test_nothing_is_armed_after_all_was_cleared() -> None:
    desk = Desk()
    desk.handle(desk.feed("X", 0))
    assert desk.gesture.last_press(0.0) is not None
    desk.gesture.clear()
    assert desk.gesture.last_press(0.0) is None
    desk.handle(desk.feed("X", 100))
    assert desk.fired == []


def test_a_tap_of_a_double_click_counts_once_and_clicks_elsewhere_count_each() -> None:
    for spot, answer in (((10, 5), Answer.DOUBLE_CLICK), ((40, 5), Answer.FIRE)):
        desk = Desk()
        desk.feed("click", 0)
        stroke = desk.feed("click", int(DOUBLE_CLICK_S * 500))
        stroke.spot = spot
        first = desk.gesture._strokes[0]
        first.spot = (10, 5)
        assert desk.gesture.tap(stroke, stroke.at_s) is answer


@pytest.mark.parametrize("one", RECORDED, ids=[one["name"] for one in RECORDED])
def test_recorded(one: dict[str, object]) -> None:
    typed = [(str(key), int(ms)) for key, ms in one["typed"]]  # type: ignore[attr-defined]
    assert Desk().play(typed) == one["fires"]
