"""Every page in headless Chromium at 1440 × 900: no exception box, its headings there, nothing fetched from elsewhere.

Pictures are saved under ``SIDELINE_SCREENSHOTS`` (default: a temporary folder), for a person to look at.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App

pytestmark = pytest.mark.browser

HEADINGS = {
    "": (
        "Overview",
        ["What 1:1s are spent on", "Quota attainment by coaching cadence", "Perception gap", "Time to ramp"],
    ),
    "coaching_and_quota": ("Coaching and quota", ["Rep-quarters at quota by cadence", "Share of working time"]),
    "coaching_worth": ("What coaching is worth", ["The verdict", "What could be wrong", "Roll-outs"]),
    "cost_of_the_gap": ("Cost of the gap", ["By quarter", "What went in, and where it is from"]),
    "this_week": ("This week", ["Worth most this week"]),
    "ramp": ("Ramp", ["Still ramping by months in seat", "Ramped by month"]),
    "team": ("Team", ["The team", "What good looks like"]),
    "rep": ("Rep", ["What good looks like", "Attainment by quarter", "Latest calls"]),
    "call_review": ("Call review", ["Customer calls", "Transcript", "Scores"]),
    "pulse": ("Pulse", ["What came back"]),
    "data_health": ("Data health", ["How fresh each source is", "What is wrong or missing", "Quarantine"]),
}
PATIENCE_MS = 120_000


def open_page(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}", timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'",
        timeout=PATIENCE_MS,
    )
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.foreign_requests == []  # type: ignore[attr-defined]


def picture(page: Page, folder: Path, name: str) -> None:
    """Save the whole page: the window is made as high as its content first, because only the inside scrolls."""
    target = Path(os.environ.get("SIDELINE_SCREENSHOTS", folder))
    target.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(800)  # charts draw after the script has ended
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 1440, "height": max(900, min(height, 5000))})
    page.wait_for_timeout(500)
    page.screenshot(path=target / f"{name}.png")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize("path", HEADINGS)
def test_a_full_page_shows_its_headings(
    page: Page, start_app: App, data_folders: dict[str, Path], tmp_path: Path, path: str
) -> None:
    title, headings = HEADINGS[path]
    open_page(page, start_app(data_folders["full"], None), path)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    for heading in headings:
        expect(page.get_by_role("heading", name=heading).first).to_be_visible(timeout=PATIENCE_MS)
    picture(page, tmp_path, f"full-{path or 'overview'}")


@pytest.mark.parametrize("marts", ["tiny", "empty", "nothing"])
@pytest.mark.parametrize("path", HEADINGS)
def test_a_page_with_little_or_nothing_to_show_says_so(
    page: Page, start_app: App, data_folders: dict[str, Path], tmp_path: Path, path: str, marts: str
) -> None:
    open_page(page, start_app(data_folders[marts], None), path)
    if marts == "nothing":
        expect(page.get_by_text("make demo")).to_be_visible()
    picture(page, tmp_path, f"{marts}-{path or 'overview'}")


def test_a_rep_sees_one_name_in_the_list_of_reps(page: Page, start_app: App, data_folders: dict[str, Path]) -> None:
    open_page(page, start_app(data_folders["full"], "r1@acme.test"), "rep")
    page.get_by_role("combobox").click()
    expect(page.get_by_role("option")).to_have_text(["Rep 1"])


def test_help_holds_the_sql(page: Page, start_app: App, data_folders: dict[str, Path], tmp_path: Path) -> None:
    open_page(page, start_app(data_folders["full"], None), "")
    page.get_by_test_id("stMetric").first.get_by_test_id("stTooltipHoverTarget").hover()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text("from fct_manager_weeks")
    picture(page, tmp_path, "full-help")


def test_evidence_is_played_from_its_second_and_agreement_is_kept(
    page: Page, start_app: App, data_folders: dict[str, Path]
) -> None:
    address = start_app(data_folders["full"], None)
    open_page(page, address, "call_review?call_id=folder:r1")
    page.get_by_role("button", name="▶ 0:42").first.click()
    expect(page.locator(".turn.here")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".turn.here")).to_contain_text("0:40")
    page.get_by_role("button", name="Agree", exact=True).or_(page.get_by_role("radio", name="Agree")).first.click()
    page.wait_for_timeout(1500)
    open_page(page, address, "call_review?call_id=folder:r1")
    chosen = page.locator("[data-testid^=stBaseButton-segmented_controlActive], [aria-checked=true]")
    expect(chosen.filter(has_text="Agree").first).to_be_visible(timeout=PATIENCE_MS)
