"""Below an address of a site, behind a real proxy: everything works, and nothing leads outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from panels.catalogue import PANELS
from tests import proxies
from tests.browser.conftest import listen
from tests.browser.finding import NO_SERVER, find_server
from tests.browser.screen import PATIENCE, Screen
from tests.conftest import start, wait_until_ready
from tests.ports import free_port
from tests.serve.test_long_address import ask

expect.set_options(timeout=PATIENCE)

ROOT = "/gpt"
AS_IT_IS, AWAY, CADDY = "nginx as it is", "nginx that takes the root away", "caddy"
TO_AN_ADDRESS = ("href", "src", "action", "hx-post", "data-lab", "data-script")


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an app that is told where it lies."""
    folder, port = tmp_path_factory.mktemp("below"), free_port()
    process = start(port, folder, OPENBOOK_ROOT=ROOT, OPENBOOK_PROXIES="127.0.0.1")
    try:
        wait_until_ready(process, port, folder)
        yield port
        process.terminate()
        assert process.wait(timeout=30) == 0, (folder / "log").read_text("utf-8")
        said = (folder / "log").read_text("utf-8").splitlines()
        assert said == [f"Le labo est ouvert · The lab is open: http://127.0.0.1:{port}{ROOT}"]
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def site(
    request: pytest.FixtureRequest, below: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the book on a site, behind a proxy of each kind."""
    folder, kind = tmp_path_factory.mktemp("proxy"), request.param
    if find_server(kind.split()[0]) is None:
        pytest.skip(NO_SERVER.format(kind.split()[0]))
    proxy = (
        proxies.caddy(folder, below)
        if kind == CADDY
        else proxies.nginx(folder, below, strips=kind == AWAY)
    )
    with proxy as address:
        yield address + ROOT


class Addresses(HTMLParser):
    """Whatever of a page leads somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "base":
            self.found |= {value for name, value in attrs if name in TO_AN_ADDRESS and value}


def addresses(page: str, here: str) -> set[str]:
    reader = Addresses()
    reader.feed(page)
    return {urljoin(here, each) for each in reader.found if not each.startswith(("data:", "#"))}


def kind_of(path: str) -> tuple[str, ...]:
    """What an address is one of: a page and a panel are one of their own."""
    first, ending = path.split("/")[1], path.rpartition(".")[2]
    if first in ("exercises", "sheets", "keys"):
        return first, str(path.endswith("/answer"))
    return (first, ending) if ending in ("csv", "json", "html") else (path,)


def behind(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("site", kinds, indirect=True)


@behind(AWAY)
def test_every_link_of_every_page_stays_below_and_leads_somewhere(site: str) -> None:
    """Of French pages, made of the same parts, the first is followed; of exercises, papers and
    files, one of each kind."""
    origin = site.removesuffix(ROOT)
    waiting = {f"{site}/", f"{site}/fr/", *(f"{site}/panels/en/{name}" for name in PANELS)}
    seen: set[str] = set()
    kinds: set[tuple[str, ...]] = set()
    with httpx.Client(trust_env=False, timeout=60) as client:
        while waiting:
            place = waiting.pop()
            seen.add(place)
            answer = client.get(place)
            while answer.next_request is not None:
                assert str(answer.next_request.url).startswith(f"{site}/"), place
                answer = client.send(answer.next_request)
            assert answer.status_code == 200, place
            if "html" not in answer.headers["content-type"] or ".html" in place:
                continue
            found = addresses(answer.text, str(answer.url))
            outside = {each for each in found if each.startswith(origin)}
            assert {each for each in outside if not each.startswith(f"{site}/")} == set(), place
            for each in sorted({each.split("#")[0].split("?")[0] for each in outside} - seen):
                kind = kind_of(each.removeprefix(site))
                if kind not in kinds and "/fr/" not in each.removeprefix(site):
                    kinds.add(kind)
                    waiting.add(each)
    parts = {urlsplit(each).path.removeprefix(ROOT).split("/")[1] for each in seen}
    assert parts >= {"fr", "en", "lab", "labo", "panels", "exercises", "sheets", "keys", "embed"}


@behind(AS_IT_IS)
def test_a_visit_asks_for_nothing_outside(site: str, context: BrowserContext) -> None:
    wrong: list[str] = []
    page = listen(context.new_page(), site, wrong)

    page.goto(f"{site}/")
    expect(page).to_have_url(f"{site}/en/")
    form = page.locator("form[data-panel=next]")
    form.locator("textarea").fill("The little cat")
    expect(form.locator(".story")).to_have_text("The little cat")
    page.locator("input.md-search__input").click()
    page.locator("input.md-search__input").press_sequentially("atténtion")
    result = page.locator("a.md-search-result__link").first
    expect(result).to_have_attribute("href", re.compile(f"^{site}/en/"))
    page.keyboard.press("Escape")
    page.locator("a.book-language").click()
    expect(page).to_have_url(f"{site}/fr/")

    page.goto(f"{site}/en/api/")
    expect(page.locator(".call .way code").first).to_contain_text(f"{site}/api/v1/")
    expect(page.locator("article code", has_text=f"{ROOT}/api/v1").first).to_be_visible()

    page.goto(f"{site}/en/probabilities/#exercise-softmax_by_hand")
    exercise = page.locator("#exercise-softmax_by_hand")
    exercise.locator("input[name=answer]").fill("1")
    page.keyboard.press("Enter")
    expect(exercise.get_by_role("status")).not_to_have_text("")

    page.goto(f"{site}/embed/en?panel=choice")
    assert str(page.locator("#made iframe").get_attribute("src")).startswith(f"{site}/panels/en/")
    expect(page.frame_locator("#made iframe").locator(".drawing")).to_be_visible()
    assert f'src="{site}/panels/en/choice?' in page.locator("#made textarea").first.input_value()

    page.goto(f"{site}/panels/en/tokens?projector=1")
    expect(page.locator("nav.slides")).to_be_visible()
    page.locator("nav.slides [data-other]").click()
    expect(page).to_have_url(re.compile(f"^{site}/panels/fr/tokens"))
    expect(page.locator("nav.slides")).to_be_visible()

    page.goto(f"{site}/panels/en/choice")
    page.locator(".take summary").click()
    with page.expect_download() as download:
        page.locator("[data-picture=svg]").click()
    assert f"{site}/panels/en/choice?" in download.value.path().read_text("utf-8")
    assert wrong == []


@behind(AWAY, CADDY)
def test_the_lab_writes_and_turns_to_the_other_language(site: str, context: BrowserContext) -> None:
    wrong: list[str] = []
    screen = Screen(listen(context.new_page(), site, wrong), "en")
    screen.page.goto(f"{site}/lab?prompt=The+cat")
    screen.whole().page.locator("#add").click()
    expect(screen.page).to_have_url(re.compile(f"^{site}/lab\\?.*written="))
    screen.button("run").click()
    expect(screen.page).to_have_url(re.compile(r"written=\d+\.\d+"))
    screen.button("stop").click()
    for link in screen.page.locator("main a[href*='panels/']").all():
        assert str(link.evaluate("e => e.href")).startswith(f"{site}/panels/")
    screen.page.locator("a[data-lab]").first.click()
    expect(screen.page).to_have_url(re.compile(f"^{site}/labo\\?.*written="))
    Screen(screen.page, "fr").whole()
    assert wrong == []


@behind(AS_IT_IS)
def test_without_a_script_forms_answer_below(site: str, browser: Browser) -> None:
    wrong: list[str] = []
    with browser.new_context(java_script_enabled=False) as context:
        page: Page = listen(context.new_page(), site, wrong)
        page.goto(f"{site}/panels/en/choice")
        page.locator("textarea").fill("The little cat")
        page.locator("form.live button[type=submit]").first.click()
        expect(page).to_have_url(re.compile(f"^{site}/panels/en/choice\\?.*prompt=The"))
        page.goto(f"{site}/lab?prompt=The+cat")
        page.locator("main a, a[href*='panels/en/tokens']").first.click()
        expect(page).to_have_url(re.compile(f"^{site}/panels/en/"))
    assert wrong == []


@behind(AS_IT_IS, AWAY, CADDY)
def test_what_is_not_there_leads_home_and_programs_are_told_where_they_are(site: str) -> None:
    with httpx.Client(trust_env=False, timeout=60) as client:
        document = client.get(f"{site}/api/v1/openapi.json").json()
        assert document["servers"] == [{"url": f"{ROOT}/api/v1"}]
        assert client.post(f"{site}/api/v1/step", json={"prompt": "Le chat"}).status_code == 200
        taken = client.get(f"{site}/panels/fr/choice.json").json()
        assert taken["about"]["address"].startswith(f"{site}/panels/fr/choice?")
    origin = site.removesuffix(ROOT)
    for status, lost in ((404, "/nowhere"), (414, f"/?prompt={'a' * 260_000}")):
        told, page = ask(origin, ROOT + lost, language="fr")
        assert told == status
        assert f'href="{ROOT}/fr/"' in page
    told, page = ask(origin, f"{ROOT}/lab?prompt={'a' * 70_000}")
    assert told == 200
    assert f'"root":"{ROOT}"' in page.replace(" ", "")
