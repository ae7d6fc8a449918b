"""The keystroke-level model counts hands, keys and thoughts as its authors say."""

import pytest

from benchmarks.effort.model import HOME, LOAD, POINT, PRESS, THINK, Counted


def test_typing_counts_a_tab_each_key_and_one_move_of_the_hand():
    counted = Counted()
    counted.type("Ada")
    counted.type("Example")
    assert (counted.fields, counted.keys, counted.homes, counted.thoughts, counted.clicks) == (2, 12, 1, 2, 0)
    assert counted.seconds(0.2) == pytest.approx(12 * 0.2 + HOME + 2 * THINK)


def test_the_hand_moves_only_between_keyboard_and_mouse():
    counted = Counted()
    counted.click()
    counted.click(field=True)
    counted.type("x")
    counted.type("y")
    counted.click(thought=False)
    assert (counted.clicks, counted.homes, counted.fields, counted.thoughts) == (3, 2, 3, 4)


def test_a_page_load_costs_its_constant_and_nothing_else():
    counted = Counted()
    counted.loads += 2
    assert counted.seconds(0.28) == pytest.approx(2 * LOAD)


def test_a_click_is_to_point_and_to_press():
    counted = Counted()
    counted.click(thought=False)
    assert counted.seconds(0.2) == pytest.approx(POINT + PRESS)
