"""What a new rubric version changes on calls: which verdicts differ, counted and quoted."""

import copy
import datetime as dt
from pathlib import Path

import pytest

from pipelines.lake import Lake
from pipelines.scoring.differences import Difference, Verdict, differences, differences_text
from pipelines.scoring.rubric import Rubric, load_rubric
from pipelines.scoring.sample_calls import MOST_CALLS, sample_calls
from pipelines.scoring.scorer import Scorer, default_encoders
from pipelines.settings import Settings
from tests.unit.scoring.test_rubric import SMALL
from tests.unit.scoring.test_score import EXTERNAL, land


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, _env_file=None)  # type: ignore[call-arg]


def tiny(**behaviour: object) -> Rubric:
    content = copy.deepcopy(SMALL) | {"call_types": ["discovery", "demo", "negotiation"]}
    content["behaviours"][0] |= behaviour  # type: ignore[index]
    return Rubric.model_validate(content)


def test_without_a_data_folder_the_sample_recordings_are_tried(settings: Settings) -> None:
    sample = sample_calls(settings, "external")
    assert sample.calls.height == 12 and "recordings" in sample.source
    assert set(sample.utterances["call_id"]) == set(sample.calls["call_id"])
    assert sample_calls(settings, "one_on_one").calls.height == 4


def test_a_data_folders_own_calls_come_first_and_not_more_than_enough(settings: Settings) -> None:
    lake = Lake(settings.lake)
    lake.create_tables()
    assert "recordings" in sample_calls(settings, "external").source
    own = {f"gong:{number:03}": ("external", EXTERNAL) for number in range(MOST_CALLS + 1)}
    land(lake, dt.date(2026, 6, 1), own, "a")
    sample = sample_calls(settings, "external")
    assert (sample.source, sample.calls.height) == ("the data folder", 101)
    assert set(sample.utterances["call_id"]) == set(sample.calls["call_id"])


@pytest.mark.slow
def test_a_behaviour_that_no_longer_applies_differs_on_those_calls(settings: Settings, model_cache: Path) -> None:
    sample = sample_calls(settings, "external")
    encoders = default_encoders(model_cache)
    everywhere = {"call_types": ["discovery", "demo", "negotiation"]}
    old = Scorer(tiny(applies=everywhere), encoders)
    new = Scorer(tiny(applies={"call_types": ["demo"]}), encoders)
    found = differences(old, new, sample)
    kinds = dict(sample.calls.select("call_id", "call_type").iter_rows())
    assert {one.call_id for one in found} == {call for call, kind in kinds.items() if kind != "demo"}
    assert {one.after.told for one in found} == {"not applicable"}
    assert differences(old, old, sample) == []
    assert "asks_budget: 8 of 12" in differences_text(found, sample)
    assert differences_text([], sample).endswith("  none")


def test_the_quote_is_what_counts_in_one_version_only() -> None:
    met, not_met = Verdict("met", "What is the budget?"), Verdict("not met", "It is 40k.")
    assert Difference("asks_budget", "a", not_met, met).quote == "What is the budget?"
    assert Difference("asks_budget", "a", met, not_met).quote == "What is the budget?"
    assert Difference("asks_budget", "a", Verdict("not applicable", ""), not_met).quote == "It is 40k."


def test_every_shipped_version_names_the_same_behaviours() -> None:
    """Otherwise a difference on calls would leave behaviours out without a word."""
    folder = Path(__file__).parents[3] / "rubrics"
    ids = [{b.id for b in load_rubric(path).behaviours} for path in sorted(folder.glob("sales_call.v*.yaml"))]
    assert len(ids) > 1 and all(one == ids[0] for one in ids)
