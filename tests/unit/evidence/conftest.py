"""Panels every test may ask for; built once, since worlds are deterministic."""

import polars as pl
import pytest

from benchmarks.worlds import WORLDS, rep_months


@pytest.fixture(scope="session")
def mixed() -> pl.DataFrame:
    """360 reps x 24 months in which coaching is worth 8 points and goes to good managers' and to struggling reps."""
    return rep_months(WORLDS["mixed"], seed=7)
