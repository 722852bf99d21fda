"""Builds the dbt project once over the tiny company and once over an empty lake.

The two builds take most of a minute together (dbt, not the data): the price of testing the project as it runs.
"""

import pytest
from dbt_build import Build, run_dbt
from dbt_tiny_org import AS_OF, write

from pipelines.lake import Lake


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The tiny company: seeds, models and tests."""
    folder = tmp_path_factory.mktemp("dbt_tiny")
    write(Lake(str(folder / "lake")))
    return run_dbt(folder, "build", AS_OF)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A lake in which nothing has landed yet: seeds and models."""
    folder = tmp_path_factory.mktemp("dbt_empty")
    Lake(str(folder / "lake")).create_tables()
    return run_dbt(folder, "build", AS_OF, "--exclude", "resource_type:unit_test", "resource_type:test")
