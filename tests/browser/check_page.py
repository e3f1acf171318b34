"""The page of an endpoint, in a real browser: it fits a phone and a desk, day and night, and nothing on it acts.

It is no part of the suite, since a browser is nothing that a checkout brings along: `make browser`.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Tab, opened
from tests.gateway.api.openapi.samples import HOSTILE, SHAPES
from tests.gateway.config.samples import uid_of
from tests.gateway.serving import serving
from tidegate_gateway.config.rows import make_row

COMPANY = "/api/endpoint/acme/openapi.html"
OPEN: dict[str, Any] = {"authentication": "None", "allowed_ips": ()}
# The texts on the page that stand out too little from what is behind them, by the contrast of WCAG.
FAINT = """
(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const pair = [parse(getComputedStyle(element).color), behind(element)].map(light).sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  const texts = [...document.body.querySelectorAll("*")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return texts.filter((one) => contrast(one) < 4.5).map((one) => `${one.tagName} ${one.textContent.slice(0, 30)}`);
})()
"""


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    """A browser."""
    async with opened(tmp_path) as tab:
        yield tab


@pytest.fixture
async def page(database_url: str) -> AsyncIterator[str]:
    """Where a gateway serves the page of a company with endpoints of every shape."""
    configs = [one.model_copy(update=OPEN | {"name": name, "slug": name}) for name, one in SHAPES.items()]
    async with serving(database_url, *(make_row(config, uid_of(config.name), 1) for config in configs)) as caller:
        yield caller.gateway.url + COMPANY


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("dark", [False, True])
async def test_it_can_be_read(tab: Tab, page: str, width: int, dark: bool) -> None:
    await tab.look_at(page, width=width, dark=dark)
    await tab.value("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert await tab.value("document.documentElement.scrollWidth") <= width
    assert await tab.value(FAINT) == []
    ground = await tab.value("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(20, 23, 26)" if dark else "rgb(255, 255, 255)")


async def test_nothing_on_it_acts_and_nothing_is_fetched(tab: Tab, page: str) -> None:
    await tab.look_at(page, width=1280, dark=False)
    assert tab.requested == [page]
    assert tab.said == []
    assert await tab.value("document.querySelectorAll('script, img').length") == 0
    titles = await tab.value("[...document.querySelectorAll('h2')].map((one) => one.textContent)")
    assert HOSTILE in titles


async def test_a_link_opens_what_it_leads_to(tab: Tab, page: str) -> None:
    await tab.look_at(page, width=390, dark=False)
    link = "document.querySelector('nav a[href=\"#main.full.change\"]')"
    target = "document.getElementById('main.full.change')"
    assert await tab.value(f"{target}.checkVisibility()") is False
    await tab.value(f"{link}.click()")
    assert await tab.value(f"{target}.checkVisibility()") is True
    assert 0 <= await tab.value(f"{target}.getBoundingClientRect().top") < 450
