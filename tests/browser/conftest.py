"""A running app and a headless Chromium. Without Chromium these tests are skipped, unless CI is set: there they fail."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.settings import REPOSITORY
from tests.fixtures import published_org as org

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 90
App = Callable[[Path, str | None], str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = (
            f"{CHROMIUM} is not installed (Debian: apt-get install chromium): the pages were not opened in a browser"
        )
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of 1440 × 900 that refuses every host but this machine."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.foreign_requests = []  # type: ignore[attr-defined]

    def refuse_foreign(route, request) -> None:  # type: ignore[no-untyped-def]
        tab.foreign_requests.append(request.url)  # type: ignore[attr-defined]
        route.abort()

    tab.route(lambda url: not url.startswith(("http://127.0.0.1:", "data:", "blob:")), refuse_foreign)
    yield tab
    tab.close()


@pytest.fixture(scope="session")
def data_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Data folders with a full, a tiny and an empty set of marts, and one with nothing in it."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("full", "tiny", "empty", "nothing")}
    rows = org.small_org()
    org.publish_rows(folders["full"], rows)
    org.land_transcripts(folders["full"])
    org.publish_rows(folders["tiny"], {mart: rows[mart][:1] for mart in ("dim_reps", "fct_calls", "fct_rep_weeks")})
    org.publish_rows(folders["empty"], {})
    return folders


@pytest.fixture(scope="session")
def start_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Start the app on a data folder, once for each folder and viewer; returns its address."""
    running: dict[tuple[Path, str | None], tuple[subprocess.Popen[bytes], str]] = {}

    def start(data_dir: Path, viewer: str | None = None) -> str:
        if (data_dir, viewer) not in running:
            running[data_dir, viewer] = _start(data_dir, viewer, tmp_path_factory.mktemp("app"))
        return running[data_dir, viewer][1]

    yield start
    for process, _ in running.values():
        process.terminate()
        process.wait(timeout=20)


def _start(data_dir: Path, viewer: str | None, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "SIDELINE_DATA_DIR": str(data_dir), "SIDELINE_AS_OF": org.AS_OF.isoformat()}
    environment |= {"SIDELINE_VIEWER_EMAIL": viewer} if viewer else {}
    app = str(REPOSITORY / "dashboards" / "app.py")
    with (folder / "app.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", app, "--server.port", str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    for _ in range(2 * START_SECONDS):
        if process.poll() is None and _is_up(address):
            return process, address
        time.sleep(0.5)
    process.kill()
    raise AssertionError(f"the app did not start:\n{(folder / 'app.log').read_text()}")


def _is_up(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False
