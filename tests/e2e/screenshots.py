"""Pictures of the product's screens, to be looked at: `make screenshots` writes artifacts/screens and the README's."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browsers import CHROMIUM_FLAGS, ROOT, chromium_path
from tests.e2e.conftest import Product, sign_in

SCREENS = ROOT / "artifacts" / "screens"
SIZES = {1440: 900, 390: 844}
READY = "() => window.mowthosLive?.map?.view && window.mowthosLive.frames > 2"
SETTLE_MS = 2_500


async def take(browser: Browser, product: Product) -> None:
    """Every screen at both widths, by day and by night."""
    for width, height in SIZES.items():
        for scheme in ("light", "dark"):
            context = await browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
            )  # fmt: skip
            page = await context.new_page()
            await page.goto(f"{product.url}/sign-in")
            await shoot(page, f"sign-in-{width}-{scheme}")
            for who, name, path in (
                ("dispatcher", "live", "/fleet"),
                ("technician", "mowers", "/mowers"),
                ("admin", "admin", "/admin"),
                ("host", "home", "/home"),
            ):
                await context.clear_cookies()
                await sign_in(page, product, who)
                await page.goto(product.url + path)
                if name == "live":
                    await select_a_mower(page)
                await shoot(page, f"{name}-{width}-{scheme}")
            await context.close()


async def select_a_mower(page: Page) -> None:
    """The first mowing mower of the list, with its card open."""
    await page.wait_for_function(READY, timeout=60_000)
    await page.locator('.l-row[data-state="mowing"]').first.click()


async def shoot(page: Page, name: str) -> None:
    await page.wait_for_timeout(SETTLE_MS)
    await page.screenshot(path=SCREENS / f"{name}.png")


async def main() -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
                await take(browser, product)
                await browser.close()
        finally:
            product.stop()
    image = ROOT / "docs" / "images" / "live-map.png"
    image.parent.mkdir(exist_ok=True)
    image.write_bytes((SCREENS / "live-1440-light.png").read_bytes())


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
