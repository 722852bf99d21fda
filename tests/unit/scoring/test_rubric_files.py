"""The rubric files that ship."""

import polars as pl
import pytest

from pipelines.lake import Lake
from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.rubric_rows import TABLE, land_rubrics
from pipelines.settings import REPOSITORY, Settings

SALES = {
    "sets_agenda", "asks_budget", "asks_decision_process", "quantifies_impact", "probes_deeper", "confirms_understanding",
    "explores_objection", "anchors_price_to_value", "holds_price", "asks_multithread", "handles_competitor", "sets_next_step",
}  # fmt: skip


def test_behaviour_ids_are_the_contract() -> None:
    rubric = load_rubric(REPOSITORY / "rubrics" / "sales_call.v5.yaml")
    assert {behaviour.id for behaviour in rubric.behaviours} == SALES


@pytest.mark.parametrize("name", sorted(path.name for path in (REPOSITORY / "rubrics").glob("*.v*.yaml")))
def test_every_behaviour_has_enough_examples_of_both_sides(name: str) -> None:
    rubric = load_rubric(REPOSITORY / "rubrics" / name)
    few = {
        b.id: (len(b.met), len(b.counter_examples))
        for b in rubric.behaviours
        if len(b.met) < 20 or len(b.counter_examples) < 10
    }
    assert few == {}


def test_every_behaviour_and_moment_is_shown_in_practice_calls_by_every_hand() -> None:
    rubric = load_rubric(REPOSITORY / "rubrics" / "sales_call.v5.yaml")
    shown = {(call.hand, label) for call in rubric.practice for line in call.lines for label in line.shows}
    hands = {call.hand for call in rubric.practice}
    assert len(hands) == 10
    assert {(hand, one.id) for hand in hands for one in rubric.detectors} - shown == set()


def test_a_rubric_text_lands_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), _env_file=None)  # type: ignore[call-arg]
    lake = Lake(settings.lake)
    lake.create_tables()
    rubric = load_rubric(settings.sales_rubric)
    land_rubrics(settings, [rubric])
    land_rubrics(settings, [rubric])
    rows = lake.scan(TABLE).collect()
    assert rows.height == len(rubric.behaviours)
    assert rows.filter(pl.col("behaviour_id") == "sets_agenda")["target_ratio"].item() == pytest.approx(0.8)
