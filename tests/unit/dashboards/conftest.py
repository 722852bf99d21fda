"""A published small organisation for the dashboards' tests."""

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from pipelines.settings import Settings
from tests.fixtures import published_org as org


@pytest.fixture(scope="session", autouse=True)
def _components_scanned_once() -> Iterator[None]:
    """Streamlit reads the metadata of every installed package at each AppTest run, a second each time; once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty data folder, seen by the pages through the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIDELINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SIDELINE_AS_OF", org.AS_OF.isoformat())
    return Settings()


@pytest.fixture(scope="session")
def small_org_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small organisation published, its transcripts and one recording in the lake; built once, copied per test."""
    data_dir = tmp_path_factory.mktemp("small_org")
    org.publish_rows(data_dir, org.small_org())
    org.land_transcripts(data_dir)
    return data_dir


@pytest.fixture
def small_org(settings: Settings, small_org_data: Path) -> Settings:
    """A fresh copy of the small organisation as the data folder of this test."""
    shutil.copytree(small_org_data, settings.data_dir)
    return settings
