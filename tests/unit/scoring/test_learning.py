"""New rubrics are learned beside the rest of a run, once, and a rubric that cannot be used is told at its start. Real models."""

from pathlib import Path

import pytest

from orchestration.run import MISCONFIGURED, main
from pipelines.scoring.learning import learning_meanwhile, rubrics_in_force, scorers
from pipelines.scoring.scorer import default_encoders, is_learned
from pipelines.settings import REPOSITORY, Settings
from tests.conftest import copy_models

FIRST_SALES, FIRST_ONE_ON_ONE = (REPOSITORY / "rubrics" / f"{name}.v1.yaml" for name in ("sales_call", "one_on_one"))


@pytest.fixture
def settings(tmp_path: Path, model_cache: Path) -> Settings:
    """Of a company whose rubrics nobody has learned yet (small ones, so that it is done soon)."""
    made = Settings(
        data_dir=tmp_path,
        sales_rubric=FIRST_SALES,
        one_on_one_rubric=FIRST_ONE_ON_ONE,
        _env_file=None,  # type: ignore[call-arg]
    )
    copy_models(model_cache, made.cache_dir)
    return made


@pytest.mark.slow
def test_a_process_of_its_own_learns_new_rubrics_and_nothing_is_left_for_the_scorer(settings: Settings) -> None:
    told: list[str] = []
    with learning_meanwhile(settings) as process:
        assert process is not None
        process.join()
        assert process.exitcode == 0
        found = scorers(settings, rubrics_in_force(settings), told.append)
    assert set(found) == {"external", "one_on_one"}
    assert told == []
    with learning_meanwhile(settings) as process:
        assert process is None


@pytest.mark.slow
def test_a_run_that_ends_early_gives_up_learning_and_the_next_one_learns(settings: Settings) -> None:
    told: list[str] = []
    with learning_meanwhile(settings) as process:
        pass
    assert process is not None
    assert not process.is_alive()
    scorers(settings, rubrics_in_force(settings), told.append)
    encoders = default_encoders(settings.cache_dir)
    assert all(is_learned(one, encoders, settings.cache_dir) for one in rubrics_in_force(settings).values())
    assert told == [f"learning {name} v1 from its examples" for name in ("sales_call", "one_on_one")]


def test_a_run_on_a_rubric_that_cannot_be_used_says_so_before_anything_lands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "sales_call.v1.yaml"
    changed.write_text(FIRST_SALES.read_text("utf-8").replace("title: ", "title: Our own ", 1), encoding="utf-8")
    (tmp_path / "published.lock").write_bytes((REPOSITORY / "rubrics" / "published.lock").read_bytes())
    monkeypatch.setenv("SIDELINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SIDELINE_SALES_RUBRIC", str(changed))
    monkeypatch.setattr("sys.argv", ["orchestration"])
    assert main() == MISCONFIGURED
    assert "make v2 instead" in capsys.readouterr().err
    assert not (tmp_path / "data" / "lake").exists()
