"""The main job in a real browser, in both languages: type, read, look, choose, write on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

import gpt
from gpt.generate import Model
from panels.probabilities import BARS
from tests.browser.screen import ADDRESSES, Screen

PROMPT = {"fr": "La petite souris a dit", "en": "The little mouse said"}


@pytest.fixture(params=ADDRESSES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def screen(page: Page, language: str) -> Screen:
    """The lab as it opens."""
    return Screen(page, language).open()


@pytest.fixture(scope="session")
def conteur() -> Model:
    """The model itself, to compare the screen with."""
    return gpt.load("conteur")


# 1 · the prompt


def test_the_example_is_there_before_the_model_answers(
    context: BrowserContext, language: str
) -> None:
    page = context.new_page()
    page.route("**/gradio_api/**", lambda route: route.abort())
    page.goto(ADDRESSES[language])
    screen = Screen(page, language)
    expect(screen.chips.last).to_have_attribute("aria-selected", "true")
    expect(screen.table).to_have_count(20)
    expect(page.locator("#panel-probabilities table.bars tbody tr")).to_have_count(BARS)
    expect(screen.text).to_contain_text(screen.words.list("prompt.examples")[0])


def test_enter_reads_and_shift_enter_breaks_the_line(screen: Screen) -> None:
    screen.prompt.fill("un")
    screen.prompt.press("Shift+Enter")
    screen.prompt.press_sequentially("deux")
    screen.prompt.press("Enter")
    expect(screen.page.locator("#panel-text .given")).to_have_text("un\ndeux", use_inner_text=True)
    expect(screen.page.locator("#panel-tokens .sign", has_text="⏎")).to_have_count(1)


def test_the_button_reads_too(screen: Screen) -> None:
    screen.prompt.fill(PROMPT[screen.language])
    screen.button("read").click()
    expect(screen.text).to_contain_text(PROMPT[screen.language])


def test_an_example_is_read_and_stands_in_the_box(screen: Screen) -> None:
    example = screen.words.list("prompt.examples")[1]
    screen.key("example-1").click()
    expect(screen.prompt).to_have_value(example)
    expect(screen.text).to_contain_text(example)


def test_the_empty_text_can_be_read(screen: Screen) -> None:
    screen.key("example-empty").click()
    expect(screen.chips).to_have_count(1)
    expect(screen.rows).to_have_count(1)
    expect(screen.page.locator("#panel-tokens")).to_contain_text(screen.words("tokens.alone"))


# Every number on screen is the model's


def test_the_screen_shows_what_the_model_says(screen: Screen, conteur: Model) -> None:
    prompt, words = PROMPT[screen.language], screen.words
    screen.read(prompt)
    reading = conteur.read(prompt)
    settings = gpt.Settings("sampling", 0.8, None, 0.9, 7)
    last = gpt.distribution(reading.row_logits(-1), settings)
    choice = last.choose(gpt.draw(7, 0))

    ids = [int(text) for text in screen.page.locator("#panel-tokens .chip .id").all_inner_texts()]
    assert ids == list(reading.ids)

    for row, drawn in zip(reading.rows()[:-1], screen.rows.all()[:-1], strict=True):
        assert row.outcome is not None
        cells = drawn.locator("td").all_inner_texts()
        assert words.percent(row.guesses[0].probability) in cells[1]
        assert cells[3] == "".join(words.ordinal(row.outcome.rank))
        assert cells[4] == words.percent(row.outcome.probability)
        assert cells[5] == words("rows.bits", count=round(row.outcome.surprise, 1))
    expect(screen.rows.last).to_contain_text(words("rows.only_last"))

    for id, drawn in zip(last.order[:20].tolist(), screen.table.all(), strict=True):
        cells = drawn.locator("td").all_inner_texts()
        kept = bool(last.kept[id])
        assert cells[2] == str(id)
        assert cells[3] == words.number(float(last.logits[id]), 2)
        assert cells[4] == words.percent(float(last.plain[id]))
        assert cells[5] == words.percent(float(last.tempered[id]))
        assert cells[6] == words.percent(float(last.cumulative[id]))
        assert cells[7] == (words.percent(float(last.probabilities[id])) if kept else "—")
    others = screen.page.locator("#panel-logits tfoot .rest")
    expect(others).to_contain_text(words("logits.others", count=8192 - 20))

    bars = screen.page.evaluate(
        "() => document.querySelector('#plot .js-plotly-plot').data.slice(0, 2).map(t => [...t.x])"
    )
    order = last.order[:BARS].tolist()
    assert bars[0][:BARS] == pytest.approx([100 * float(last.plain[id]) for id in order], rel=1e-4)
    assert bars[1][:BARS] == pytest.approx(
        [100 * float(last.probabilities[id]) for id in order], rel=1e-4
    )
    measures = screen.page.locator("#panel-probabilities dd").first
    expect(measures).to_contain_text(words.number(last.entropy, 2))
    assert float(screen.u()) == choice.u
    expect(screen.page.locator(".falls")).to_have_attribute("data-token", str(choice.token_id))
    expect(screen.page.locator("#panel-choice .mass")).to_contain_text(words.percent(last.reached))


# 2 and 3 · positions


def test_a_click_selects_a_position(screen: Screen) -> None:
    screen.chips.nth(2).click()
    expect(screen.chips.nth(2)).to_have_attribute("aria-selected", "true")
    expect(screen.rows.nth(2)).to_have_class(re.compile("selected"))
    expect(screen.page.locator(".which")).to_contain_text(
        screen.words("logits.other_row", position=2)
    )
    expect(screen.page.locator("#panel-logits tr.came")).to_have_count(1)
    screen.key("back-to-last").click()
    expect(screen.page.locator(".which")).to_contain_text(screen.words("logits.last"))


def test_arrows_select_positions(screen: Screen) -> None:
    last = screen.chips.count() - 1
    screen.chips.last.focus()
    for key, position in (
        ("ArrowLeft", last - 1),
        ("ArrowLeft", last - 2),
        ("ArrowRight", last - 1),
        ("Home", 0),
        ("End", last),
    ):
        screen.page.keyboard.press(key)
        expect(screen.chips.nth(position)).to_have_attribute("aria-selected", "true")
        expect(screen.chips.nth(position)).to_be_focused()
        expect(screen.rows.nth(position)).to_have_class(re.compile("selected"))


def test_a_click_on_a_row_selects_it(screen: Screen) -> None:
    screen.rows.nth(1).click()
    expect(screen.chips.nth(1)).to_have_attribute("aria-selected", "true")


def test_the_other_rows_are_grey_until_asked_for(screen: Screen) -> None:
    cell = screen.rows.nth(1).locator("td.after .token")
    colour = "e => getComputedStyle(e).color"
    grey = cell.evaluate(colour)
    assert grey != screen.rows.last.locator("td.after .token").evaluate(colour)
    expect(screen.key("others")).to_have_attribute("aria-checked", "false")
    screen.key("others").click()
    expect(screen.key("others")).to_have_attribute("aria-checked", "true")
    assert cell.evaluate(colour) != grey
    screen.key("others").click()
    expect(screen.key("others")).to_have_attribute("aria-checked", "false")


# 4 · the table


def test_a_search_finds_tokens_anywhere_in_the_vocabulary(screen: Screen) -> None:
    screen.page.locator("#search input").fill("zz")
    found = screen.page.locator("#panel-logits tbody .token", has_text="zz")
    expect(found.first).to_be_visible()
    expect(screen.table).to_have_count(found.count())
    screen.page.locator("#search input").fill("qqqqqq")
    expect(screen.page.locator("#panel-logits")).to_contain_text(screen.words("logits.none"))
    screen.page.locator("#search input").fill("")
    expect(screen.table).to_have_count(20)


def test_more_rows_on_demand(screen: Screen) -> None:
    screen.key("more").click()
    expect(screen.table).to_have_count(100)
    screen.key("more").click()
    expect(screen.table).to_have_count(500)
    screen.key("fewer").click()
    expect(screen.table).to_have_count(20)


# 5 and 6 · the choice


def test_greedy_takes_the_first_and_leaves_the_sliders(screen: Screen, conteur: Model) -> None:
    screen.read(PROMPT[screen.language])
    first = int(conteur.read(PROMPT[screen.language]).row_logits(-1).argmax())
    screen.choose("greedy")
    expect(screen.page.locator(".falls")).to_have_attribute("data-token", str(first))
    expect(screen.page.locator("#panel-choice .u")).to_have_count(0)
    for name in ("temperature", "top-k", "top-p"):
        expect(screen.slider(name)).to_be_disabled()
    screen.button("add").click()
    screen.written(1)
    assert screen.state["written"] == [first]
    screen.choose("sampling")
    expect(screen.slider("temperature")).to_be_enabled()
    assert screen.state["temperature"] == 0.8


def test_each_setting_redraws_and_replays_the_same_number(screen: Screen, conteur: Model) -> None:
    prompt = PROMPT[screen.language]
    screen.read(prompt)
    logits, u = conteur.read(prompt).row_logits(-1), screen.u()
    settings = {"temperature": 0.8, "top_p": 0.9}
    for name, field, value in (
        ("temperature", "temperature", 1.5),
        ("top-k", "top_k", 12),
        ("top-p", "top_p", 0.6),
    ):
        settings |= {field: value}
        slide(screen, name, value)
        asked = gpt.Settings("sampling", **settings, seed=7)  # type: ignore[arg-type]
        expected = gpt.distribution(logits, asked)
        kept = screen.page.locator("#panel-choice section")
        expect(kept).to_have_attribute("data-kept", str(expected.kept_count))
        said = screen.words.number(value, 0 if field == "top_k" else 1)
        expect(screen.slider(name)).to_have_attribute("aria-valuetext", said)
        assert screen.u() == u
        assert screen.state[field] == value
        choice = expected.choose(float(u))
        expect(screen.page.locator(".falls")).to_have_attribute("data-token", str(choice.token_id))


def test_another_seed_is_another_number(screen: Screen) -> None:
    u = screen.u()
    seed = screen.page.locator("#seed input")
    seed.fill("8")
    expect(screen.page.locator("#panel-choice .u")).not_to_have_attribute("data-u", u)
    assert float(screen.u()) == gpt.draw(8, 0)
    seed.fill("7")
    expect(screen.page.locator("#panel-choice .u")).to_have_attribute("data-u", u)


def test_another_draw_is_another_number(screen: Screen) -> None:
    screen.key("another").click()
    expect(screen.page.locator("#panel-choice .u")).to_have_attribute(
        "data-u", str(gpt.draw(7, 0, 1))
    )


def test_a_thousand_draws_lie_over_what_was_expected(screen: Screen, conteur: Model) -> None:
    screen.read(PROMPT[screen.language])
    screen.key("repeat").click()
    expect(screen.page.locator("#panel-probabilities [data-repeat='1000']")).to_be_visible()
    expect(screen.page.locator("#plot .scatterlayer .errorbar").first).to_be_attached()
    settings = gpt.Settings("sampling", 0.8, None, 0.9, 7)
    last = gpt.distribution(conteur.read(PROMPT[screen.language]).row_logits(-1), settings)
    drawn = [last.choose(gpt.draw(7, 0, draw)).token_id for draw in range(1000)]
    shares = [drawn.count(id) / 10 for id in last.order[:BARS].tolist() if last.kept[id]]
    shown = screen.page.evaluate(
        "() => [...document.querySelector('#plot .js-plotly-plot').data.find("
        "t => t.marker?.symbol === 'diamond').x]"
    )
    assert shown[: len(shares)] == pytest.approx(shares)
    screen.key("repeat").click()
    expect(screen.page.locator("#panel-probabilities [data-repeat]")).to_have_count(0)


# 7 · the text


def test_a_token_of_the_table_can_be_forced(screen: Screen) -> None:
    screen.read(PROMPT[screen.language])
    forced = int(screen.table.nth(4).locator(".id").inner_text())
    screen.key("force-5").click()
    screen.written(1)
    assert screen.state["written"] == [forced]
    screen.button("add").click()
    screen.written(2)
    before = screen.chips.count() - 3
    screen.chips.nth(before).click()
    expect(screen.chips.nth(before)).to_have_attribute("aria-selected", "true")
    other = int(screen.table.nth(7).locator(".id").inner_text())
    screen.key("force-8").click()
    screen.written(1)
    assert screen.state["written"] == [other]


def test_back_and_restart(screen: Screen) -> None:
    expect(screen.button("back")).to_be_disabled()
    for count in (1, 2, 3):
        screen.button("add").click()
        screen.written(count)
    third = screen.state["written"]
    screen.button("back").click()
    screen.written(2)
    assert screen.state["written"] == third[:2]
    screen.button("add").click()
    screen.written(3)
    assert screen.state["written"] == third
    screen.button("restart").click()
    screen.written(0)
    expect(screen.button("restart")).to_be_disabled()


def test_a_run_writes_what_the_model_writes(screen: Screen, conteur: Model) -> None:
    screen.read(PROMPT[screen.language])
    screen.button("run").click()
    expect(screen.button("stop")).to_be_visible()
    settings = gpt.Settings("sampling", 0.8, None, 0.9, 7)
    steps = [step.token.id for step in conteur.write(PROMPT[screen.language], settings, 40)]
    screen.written(len(steps))
    expect(screen.button("run")).to_be_visible()
    assert screen.state["written"] == steps
    made = screen.page.locator("#panel-text .made:not(.shades *)")
    expect(made.first).to_have_attribute("title", re.compile(r"\d"))


def test_a_run_can_be_stopped(screen: Screen) -> None:
    screen.button("run").click()
    expect(screen.text).to_have_attribute("data-written", re.compile(r"^[3-9]$"))
    screen.button("stop").click()
    expect(screen.button("run")).to_be_visible()
    expect(screen.button("stop")).to_be_hidden()
    written = len(screen.state["written"])
    assert 3 <= written < 40
    screen.written(written)
    screen.button("add").click()
    screen.written(written + 1)


def test_an_act_ends_a_run_and_goes_on_from_what_it_wrote(screen: Screen) -> None:
    screen.button("run").click()
    expect(screen.text).to_have_attribute("data-written", re.compile(r"^[3-9]$"))
    screen.key("others").click()
    expect(screen.key("others")).to_have_attribute("aria-checked", "true")
    expect(screen.button("run")).to_be_visible()
    expect(screen.button("stop")).to_be_hidden()
    written = len(screen.state["written"])
    assert 3 <= written < 40
    screen.written(written)
    screen.button("run").click()
    expect(screen.button("stop")).to_be_visible()
    screen.read(PROMPT[screen.language])
    screen.written(0)
    expect(screen.button("run")).to_be_visible()


def test_quick_acts_are_all_done_in_order(screen: Screen) -> None:
    screen.page.evaluate(
        "() => { for (const id of ['add', 'add', 'add'])"
        " document.getElementById(id).click();"
        " document.querySelector('[data-key=others]').click() }"
    )
    screen.written(3)
    expect(screen.key("others")).to_have_attribute("aria-checked", "true")
    assert len(screen.state["written"]) == 3


def test_what_is_typed_is_read_before_a_token_is_added(screen: Screen) -> None:
    screen.prompt.fill(PROMPT[screen.language])
    screen.button("add").click()
    screen.written(1)
    expect(screen.page.locator("#panel-text .given")).to_have_text(PROMPT[screen.language])


def test_a_double_click_forces_one_token(screen: Screen) -> None:
    screen.key("force-3").dblclick()
    screen.written(1)
    screen.key("others").click()
    expect(screen.key("others")).to_have_attribute("aria-checked", "true")
    screen.written(1)


# The address


def test_a_reload_shows_the_same_screen(screen: Screen) -> None:
    screen.read(PROMPT[screen.language])
    slide(screen, "temperature", 1.2)
    for count in (1, 2):
        screen.button("add").click()
        screen.written(count)
    screen.key("others").click()
    expect(screen.key("others")).to_have_attribute("aria-checked", "true")
    state, text = screen.state, screen.text.inner_text()
    screen.page.reload()
    screen.whole()
    screen.written(2)
    assert screen.state == state
    assert screen.text.inner_text() == text
    expect(screen.prompt).to_have_value(PROMPT[screen.language])
    expect(screen.slider("temperature")).to_have_value("1.2")


def test_a_space_at_the_end_is_taken_away_by_one_click(screen: Screen) -> None:
    screen.read("Le petit chat ")
    expect(screen.notes).to_contain_text(screen.words("notes.loose_space"))
    screen.key("trim").click()
    expect(screen.notes).to_have_count(0)
    expect(screen.prompt).to_have_value("Le petit chat")
    expect(screen.prompt).to_be_focused()
    assert screen.state["prompt"] == "Le petit chat"


def test_the_other_language_shows_the_same_screen(screen: Screen) -> None:
    screen.read(PROMPT[screen.language])
    screen.choose("greedy")
    expect(screen.page.locator("#panel-choice .u")).to_have_count(0)
    screen.button("add").click()
    screen.written(1)
    state = screen.state
    screen.page.locator("a.language").click()
    other = Screen(screen.page, "en" if screen.language == "fr" else "fr")
    expect(other.page.locator("html")).to_have_attribute("lang", other.language)
    other.whole()
    other.written(1)
    assert other.state == state
    expect(other.page.locator("#panel-tokens h2")).to_have_text(other.words("tokens.title"))
    expect(other.strategy("greedy")).to_be_checked()


def test_an_address_that_is_not_valid_is_said(page: Page, language: str) -> None:
    screen = Screen(page, language).open(
        prompt="ok", temperature="nan", top_k="-3", seed="x", written="1.2.zz"
    )
    expect(screen.notes).to_contain_text("temperature, top_k, seed, written")
    assert screen.state["temperature"] == 0.8


def slide(screen: Screen, name: str, value: float) -> None:
    """Move a slider to a value, as a hand would: every position on the way is an input."""
    screen.slider(name).evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })) }", value
    )
