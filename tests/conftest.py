"""What every test may share: the text models' answers, kept from one test and one test run to the next."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def model_cache(request: pytest.FixtureRequest) -> Path:
    """A folder as a data folder's ``cache/``: embeddings by text hash, detectors by rubric hash (never results)."""
    return Path(request.config.cache.mkdir("sideline"))  # type: ignore[union-attr]
