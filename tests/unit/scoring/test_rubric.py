"""Rubric files: what is refused and why, and that a published version stays as it is."""

import copy
from pathlib import Path

import pytest
import yaml

from pipelines.scoring.check import RubricCheck, TargetCheck, compare_checks, compare_rubrics
from pipelines.scoring.rubric import RubricError, load_rubric, previous_version, publish_rubric

SMALL = {
    "id": "tiny",
    "version": 1,
    "title": "Tiny",
    "call_kind": "external",
    "call_types": ["discovery"],
    "moments": [
        {
            "id": "objection",
            "title": "Objection",
            "said_by": ["customer"],
            "description": "The customer pushes back.",
            "why": "The customer pushed back.",
            "met": ["That is too expensive", "I am not convinced", "We have no time for this"],
        }
    ],
    "behaviours": [
        {
            "id": "asks_budget",
            "title": "Asks about budget",
            "said_by": "rep",
            "description": "The rep asks about budget.",
            "applies": {"call_types": ["discovery"]},
            "cues": [r"\bbudget\b"],
            "met": ["What is the budget?", "Is money set aside?", "What can you spend?"],
            "near_miss": ["Budgets are tight everywhere"],
            "feedback": "Ask.",
        }
    ],
}


def written(folder: Path, **changes: object) -> Path:
    content = copy.deepcopy(SMALL)
    content.update(changes)
    path = folder / f"tiny.v{content['version']}.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def with_behaviour(**changes: object) -> list[dict]:
    return [copy.deepcopy(SMALL["behaviours"][0]) | changes]  # type: ignore[index,operator]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"behaviours": with_behaviour(applies={"moment": "nothing"})}, "which is not defined"),
        (
            {"moments": [SMALL["moments"][0] | {"yields_to": ["nothing"]}]},
            "objection yields to 'nothing', which is not defined",
        ),  # type: ignore[index,operator]
        ({"behaviours": with_behaviour(yields_to=["nothing"])}, "yields to 'nothing', which is not defined"),
        (
            {"moments": [SMALL["moments"][0] | {"seldom_before": "nothing"}]},
            "refers to the moment 'nothing', which is not defined",
        ),  # type: ignore[index,operator]
        ({"behaviours": with_behaviour(applies={})}, "either call_types or moment"),
        ({"behaviours": with_behaviour(applies={"call_types": ["funeral"]})}, "does not list"),
        ({"behaviours": with_behaviour(overlaps=["nothing"])}, "which is not defined"),
        ({"behaviours": with_behaviour(cues=["(unclosed"])}, "not a valid pattern"),
        ({"behaviours": with_behaviour(near_miss=["What is the budget?"])}, "both met and not met"),
        ({"behaviours": with_behaviour(id="objection")}, "used twice"),
        ({"behaviours": with_behaviour(met=["One only"])}, "at least 3"),
        ({"behaviours": with_behaviour(surprise=1)}, "Extra inputs"),
        ({"version": 0}, "greater than or equal to 1"),
    ],
)
def test_a_rubric_that_cannot_work_is_refused_with_the_place(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(RubricError, match=reason):
        load_rubric(written(tmp_path, **changes) if changes.get("version") != 0 else written(tmp_path, version=0))


def test_a_file_that_is_missing_or_no_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="no such file"):
        load_rubric(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("a: [1", encoding="utf-8")
    with pytest.raises(RubricError, match="not readable"):
        load_rubric(tmp_path / "bad.yaml")


def test_a_published_version_that_was_edited_is_refused_and_a_new_version_is_not(tmp_path: Path) -> None:
    path = written(tmp_path)
    publish_rubric(path)
    publish_rubric(path)  # publishing what is published changes nothing
    assert load_rubric(path).version == 1
    written(tmp_path, behaviours=with_behaviour(weight=3))
    with pytest.raises(RubricError, match="make v2"):
        load_rubric(path)
    assert load_rubric(written(tmp_path, version=2, behaviours=with_behaviour(weight=3))).version == 2


def test_comments_and_layout_are_no_change_of_a_published_version(tmp_path: Path) -> None:
    path = written(tmp_path)
    publish_rubric(path)
    path.write_text("# a note\n" + path.read_text("utf-8"), encoding="utf-8")
    assert load_rubric(path).id == "tiny"


def test_diff_names_what_changed(tmp_path: Path) -> None:
    old = load_rubric(written(tmp_path))
    new = load_rubric(written(tmp_path, version=2, behaviours=with_behaviour(weight=3, near_miss=["We talk later"])))
    lines = compare_rubrics(old, new).splitlines()
    assert "~ asks_budget.weight: 1.0 → 3.0" in lines
    assert "~ asks_budget.near_miss: + We talk later" in lines
    assert compare_rubrics(old, old).endswith("nothing changed")


def test_a_long_list_of_changes_is_counted_where_only_some_are_wanted(tmp_path: Path) -> None:
    old = load_rubric(written(tmp_path))
    new = load_rubric(
        written(tmp_path, version=2, behaviours=with_behaviour(near_miss=["Later", "Not now", "On Monday"]))
    )
    told = [line for line in compare_rubrics(old, new, most=1).splitlines() if "near_miss: +" in line]
    assert told == ["~ asks_budget.near_miss: + Later", "~ asks_budget.near_miss: + 2 more"]


def test_diff_names_ordinary_talk_and_kinds_too(tmp_path: Path) -> None:
    old = load_rubric(written(tmp_path, background={"customer": ["We moved offices"]}))
    kinds = [{"id": "admin", "counts_as": "other", "description": "Plans.", "examples": ["a b", "c d", "e f"]}]
    new = load_rubric(written(tmp_path, version=2, background={"customer": ["We hired two"]}, kinds=kinds))
    lines = compare_rubrics(old, new).splitlines()
    assert {"~ customer.background: - We moved offices", "~ customer.background: + We hired two"} <= set(lines)
    assert "+ kind admin added" in lines
    assert "- kind admin removed" in compare_rubrics(new, old).splitlines()


def test_the_version_before_is_the_file_beside(tmp_path: Path) -> None:
    path = written(tmp_path)
    first = path.rename(tmp_path / "tiny.v1.yaml")
    second = written(tmp_path, version=2).rename(tmp_path / "tiny.v2.yaml")
    assert previous_version(first, load_rubric(first)) is None
    assert previous_version(second, load_rubric(second)) == first


def test_checks_of_two_versions_name_what_is_recognised_better(tmp_path: Path) -> None:
    rubric = load_rubric(written(tmp_path))

    def checked(recognised: int) -> RubricCheck:
        return RubricCheck(rubric, (TargetCheck("asks_budget", 4, 0, recognised, 0, 0, 0),), ())

    assert "  asks_budget: 50% of 4 → 75% of 4" in compare_checks(checked(2), checked(3)).splitlines()
    assert compare_checks(checked(2), checked(2)).endswith("nothing changed")
