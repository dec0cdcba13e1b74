"""The living page of the components, without a script."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of(client, fay):
    client.force_login(fay)
    return lambda query="": client.get(f"/styleguide/{query}").content.decode()


def test_a_question_is_a_page_of_its_own_without_a_script(page_of):
    assert '<dialog class="dialog" id="leave" aria-labelledby="leave-title">' in page_of()
    assert 'aria-labelledby="leave-title" open>' in page_of("?ask=leave")


def test_what_is_said_in_passing_can_be_undone_on_the_page(client, page_of):
    """UM8: the toast is a form of the page."""
    page = page_of("?said")
    assert page.count('class="toast-undo"') == 1 and 'action="?do=undo#answers"' in page
    answer = client.post("/styleguide/?do=undo", follow=True)
    assert "Undone." in answer.content.decode()


def test_a_switch_is_a_form(client, page_of):
    assert 'role="switch" aria-checked="false"' in page_of()
    answer = client.post("/styleguide/?do=switch", {"on": "yes"}, follow=True)
    assert 'role="switch" aria-checked="true"' in answer.content.decode()


def test_it_is_shown_from_the_right_and_in_long_words(page_of):
    assert '<html lang="en" dir="ltr">' in page_of()
    assert '<html lang="en" dir="rtl">' in page_of("?look=rtl")
    assert '<html lang="de" dir="ltr">' in page_of("?look=de")


def test_a_chart_has_its_figures_in_a_table_and_draws_nothing_inline(page_of):
    page = page_of()
    assert page.count('class="chart-bar chart-bar-0" x=') == 6
    assert 'style="' not in page
    assert '<th scope="row">Nov</th><td class="number"><bdi>1,480</bdi></td>' in page


def test_an_amount_is_isolated_from_the_words_around_it(page_of):
    """UM26: the sign stays before the figure from whichever side the page is read ("120+")."""
    page = page_of()
    assert '<span dir="ltr">+48</span>' in page
    assert '<bdi class="figure"><span dir="ltr">48.20\u00a0EUR</span></bdi>' in page
