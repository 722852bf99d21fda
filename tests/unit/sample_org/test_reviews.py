"""What the sample company's people say of scores."""

from pipelines.scoring.rubric import load_rubric
from pipelines.settings import Settings
from sample_org.app_activity import RUBRIC_VERSIONS


def test_people_answered_on_the_rubrics_in_force() -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    rubrics = [load_rubric(path) for path in (settings.sales_rubric, settings.one_on_one_rubric)]
    assert {rubric.id: rubric.version for rubric in rubrics} == RUBRIC_VERSIONS
