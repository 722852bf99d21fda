"""What every test may share: what the text models say, kept from one test and one test run to the next (never results)."""

import shutil
import sys
import types
from pathlib import Path

import pytest

from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.scorer import Scorer, default_encoders
from pipelines.settings import Settings


@pytest.fixture(autouse=True)
def plain_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process imports its parent's ``__main__`` again, and Streamlit's page tests would leave a page there."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


@pytest.fixture(scope="session")
def model_cache(request: pytest.FixtureRequest) -> Path:
    """A data folder's ``cache/`` in which both rubrics are learned: embeddings by text hash, detectors by rubric hash."""
    folder = Path(request.config.cache.mkdir("sideline"))  # type: ignore[union-attr]
    usual = Settings(_env_file=None)  # type: ignore[call-arg]
    for path in (usual.sales_rubric, usual.one_on_one_rubric):
        Scorer(load_rubric(path), default_encoders(folder), folder)
    return folder


def copy_models(source: Path, target: Path) -> None:
    """Put what the text models said before into another ``cache/``; transcripts and results stay behind."""
    for name in ("embeddings", "detectors", "models"):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("*.tmp*"))
