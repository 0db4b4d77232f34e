"""Coming to a dialog, opening it and leaving it again with nothing but keys."""

from playwright.async_api import Locator, Page, expect

from tests.browsers import OPENED
from tests.dashboard.everywhere.dialogs import Way, button

MOST_TABS = 400
SEEN = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const one = document.activeElement;
  if (!one || one === document.body || one.matches('[tabindex="-1"]')) return ""; // a dialog as a whole
  const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const around = one.closest(".q-field--focused, .q-focusable, .q-toggle, .q-checkbox, label, span");
  const box = one.getBoundingClientRect();
  const away = box.right < 0 || box.bottom < 0 || box.left > innerWidth || box.top > innerHeight;
  const framed = around && (around.matches(".q-field--focused") || drawn(getComputedStyle(around)));
  const shown = framed || drawn(getComputedStyle(one));
  if (shown && !away) return "";
  return `${away ? "focus is out of sight" : "focus is not seen"} ${one.outerHTML.replace(/\\s+/g, " ").slice(0, 110)}`;
}"""
"""What is wrong with how the focused element is shown; a field of Quasar draws its own frame."""

HOLDS = "one => one.contains(document.activeElement)"


async def to(page: Page, target: Locator, *, back: bool = False) -> list[str]:
    """Tab until the focus is there, and say where it could not be seen on the way."""
    wanted = await target.element_handle(timeout=20_000)
    lost: dict[str, None] = {}
    for _tab in range(MOST_TABS):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        if told := await page.evaluate(SEEN):
            lost[told] = None
        if await page.evaluate(HOLDS, wanted):
            return list(lost)
    return [*lost, f"never comes to {(await target.evaluate('one => one.outerHTML'))[:110]}"]


async def in_and_out(page: Page, way: Way) -> list[str]:
    """Open it, see that the focus went along, leave it by Escape, and see that the focus came back."""
    found: list[str] = []
    for press in way.press:
        target = await button(page, way, press)
        if told := await to(page, target):
            found += told
        await page.keyboard.press("Enter")
    await expect(page.locator(OPENED).last).to_be_visible()
    if not await comes_along(page):
        await page.keyboard.press("Tab")  # of a menu: it stands next to what opens it
        if not await page.locator(OPENED).last.evaluate(HOLDS):
            found.append("the focus stays outside of the layer")
    layers = await page.locator(OPENED).count()
    await page.keyboard.press("Escape")
    await expect(page.locator(OPENED)).to_have_count(layers - 1)
    await page.wait_for_timeout(200)
    if await page.evaluate("document.activeElement === document.body"):
        found.append("the focus is lost when it closes")
    return found


async def comes_along(page: Page) -> bool:
    """Whether the focus moves into what came up, when that has come up."""
    for _turn in range(20):
        layer = page.locator(OPENED).last
        if await layer.count() and await layer.evaluate(HOLDS):
            return True
        await page.wait_for_timeout(150)
    return False
