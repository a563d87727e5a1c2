"""Take a picture of a report's page: `python docs/screenshot.py report.html out.png [--width 1440] [--theme light]`.

Needs Playwright and a Chromium; `--chromium` names its program.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


def main() -> None:
    """Read the arguments, open the page, take the picture."""
    parser = argparse.ArgumentParser(description="Take a picture of a report's page.")
    parser.add_argument("report", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=1000)
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only the first window")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=ARGUMENTS)
        page = browser.new_page(
            viewport={"width": given.width, "height": given.height}, color_scheme=given.theme, reduced_motion="reduce"
        )
        page.goto(given.report.resolve().as_uri())
        page.screenshot(path=given.picture, full_page=given.whole)
        browser.close()


if __name__ == "__main__":
    main()
