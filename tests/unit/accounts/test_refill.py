"""Typed answers are written into a page's own form, and nothing else of the page changes."""

import pytest

from rems_portal.accounts.refill import refill

PAGE = """<!DOCTYPE html><html><head><title>A &amp; B</title><script>if (1 < 2) {}</script></head><body>
<form action="/other/" method="post"><input name="family_name" value="theirs"></form>
<form method="post"><input type="hidden" name="key" value="fresh"><input type="password" name="password">
<input name="family_name" value="old" required><input type="radio" name="sex" value="f" checked>
<input type="radio" name="sex" value="m"><input type="checkbox" name="read" value="1" checked>
<select name="zone"><option value="a" selected>A</option><option value="b">B</option></select>
<textarea name="note">before &amp; now</textarea><svg><path d="M0 0"/></svg><!-- a remark --></form></body></html>"""


def filled(answers: dict[str, list[str]], page: str = PAGE) -> str:
    return refill(page, answers, sent_to="/page/", page="/page/")


def test_page_without_answers_that_fit_stays_as_it_is_byte_for_byte() -> None:
    page = PAGE.replace(' value="1" checked', ' value="1"')  # a box that was not sent was not ticked
    assert filled({"elsewhere": ["x"]}, page) == page.replace("checked", "checked")
    assert refill(PAGE, {"family_name": ["x"]}, sent_to="/nowhere/", page="/page/") == PAGE


@pytest.mark.parametrize(
    ("answers", "there", "gone"),
    [
        ({"family_name": ["O’Neill"]}, '<input name="family_name" required value="O’Neill">', 'value="old"'),
        ({"family_name": ['"><script>x']}, 'value="&quot;&gt;&lt;script&gt;x"', "<script>x"),
        ({"sex": ["m"]}, '<input type="radio" name="sex" value="m" checked>', 'value="f" checked'),
        ({"zone": ["b"]}, '<option value="b" selected>', 'value="a" selected'),
        ({"note": ["<b>after</b>"]}, "&lt;b&gt;after&lt;/b&gt;</textarea>", "before"),
        ({"family_name": ["x"]}, '<input type="checkbox" name="read" value="1">', 'value="1" checked'),
        ({"read": ["1"]}, '<input type="checkbox" name="read" value="1" checked>', "nothing at all"),
    ],
)
def test_answer_is_in_its_control_and_the_old_one_is_not(answers: dict[str, list[str]], there: str, gone: str) -> None:
    page = filled(answers)
    assert there in page
    assert gone not in page
    assert '<input name="family_name" value="theirs">' in page


def test_hidden_fields_and_passwords_are_left_alone() -> None:
    page = filled({"key": ["stale"], "password": ["secret"], "family_name": ["x"]})
    assert 'name="key" value="fresh"' in page
    assert "stale" not in page and "secret" not in page


def test_several_controls_of_one_name_get_their_answers_in_order() -> None:
    form = '<form method="post">' + 3 * '<input name="lot">' + "</form>"
    page = filled({"lot": ["a", "b"]}, form)
    assert '<input name="lot" value="a"><input name="lot" value="b"><input name="lot" value="">' in page


def test_part_of_a_page_without_a_form_is_filled_as_a_whole() -> None:
    assert filled({"name": ["x"]}, '<p>New</p><input name="name">') == '<p>New</p><input name="name" value="x">'
