"""axe-core's judgement of a page as it stands now."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parent.parent / "assets" / "axe.min.js"
SERIOUS = ("serious", "critical")
JUDGE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => (
      { id, impact, help, where: target.join(" "), why: failureSummary }
    ))
  );
}"""


def axe(page: Page) -> list[str]:
    """The serious and critical findings on the page: rule, place and reason, a line each."""
    page.evaluate(_source())
    return [
        f"{each['id']} ({each['impact']}): {each['help']} at {each['where']}: {each['why']}"
        for each in page.evaluate(JUDGE)
        if each["impact"] in SERIOUS
    ]


@cache
def _source() -> str:
    """axe-core, evaluated from outside: the page's policy lets no foreign script tag in."""
    return SOURCE.read_text("utf-8") + "; undefined"
