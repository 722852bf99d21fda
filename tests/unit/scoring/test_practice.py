"""Practice calls: what is refused and where, and that a rubric's hash covers them."""

from pathlib import Path

import pytest
import yaml

from pipelines.scoring.check import compare_rubrics
from pipelines.scoring.rubric import RubricError, load_rubric, publish_rubric
from tests.unit.scoring.test_rubric import SMALL

CALL = """# first_talk | discovery
R: Morning, nice to see you.
C: It is all a bit much for us. {objection}
R? What could you spend this year? {asks_budget, ~objection}
"""


def rubric_with(folder: Path, call: str = CALL, name: str = "first_talk.txt", **changes: object) -> Path:
    calls = folder / "tiny.v1.calls" / "ann"
    calls.mkdir(parents=True, exist_ok=True)
    (calls / name).write_text(call, encoding="utf-8")
    path = folder / "tiny.v1.yaml"
    path.write_text(yaml.safe_dump(SMALL | {"practice_calls": "tiny.v1.calls"} | changes), encoding="utf-8")
    return path


def test_a_practice_call_is_read_with_its_labels(tmp_path: Path) -> None:
    (call,) = load_rubric(rubric_with(tmp_path)).practice
    assert (call.name, call.hand, call.call_type) == ("first_talk", "ann", "discovery")
    assert [line.role for line in call.lines] == ["rep", "customer", "rep"]
    assert call.lines[1].shows == ("objection",)
    assert (call.lines[2].shows, call.lines[2].near_misses) == (("asks_budget",), ("objection",))
    assert call.lines[2].text == "What could you spend this year?"


def test_a_later_version_may_add_a_folder_to_those_of_an_earlier_one(tmp_path: Path) -> None:
    path = rubric_with(tmp_path, practice_calls=["tiny.v1.calls", "tiny.v2.calls"])
    with pytest.raises(RubricError, match=r"tiny\.v2\.calls: no practice call"):
        load_rubric(path)
    (tmp_path / "tiny.v2.calls" / "bo").mkdir(parents=True)
    (tmp_path / "tiny.v2.calls" / "bo" / "second_talk.txt").write_text(
        CALL.replace("first_talk", "second_talk"), "utf-8"
    )
    assert [(call.name, call.hand) for call in load_rubric(path).practice] == [
        ("first_talk", "ann"),
        ("second_talk", "bo"),
    ]
    with pytest.raises(RubricError, match="ann/first_talk is there twice"):
        load_rubric(rubric_with(tmp_path, practice_calls=["tiny.v1.calls", "tiny.v1.calls"]))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("just words", r"first_talk\.txt:2: expected `R: text`"),
        ("X: words", r"first_talk\.txt:2: expected"),
        ("R: a {asks_budget} b", r"first_talk\.txt:2: expected"),
        ("R: a {asks_money}", r"first_talk\.txt:2: 'asks_money' is neither a behaviour nor a moment"),
        ("C: a {asks_budget}", r"first_talk\.txt:2: asks_budget is not shown by the customer"),
        ("R: a {kind=admin}", r"first_talk\.txt:2: kind=admin: expected no kind in this rubric"),
    ],
)
def test_a_line_that_cannot_be_learned_from_is_named(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(RubricError, match=reason):
        load_rubric(rubric_with(tmp_path, f"# first_talk | discovery\n{line}\n"))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("", "empty"),
        ("# other | discovery\nR: a\n", "first_talk.txt:1: expected"),
        ("# first_talk | funeral\nR: a\n", "'funeral' is not a call type"),
        ("# first_talk | discovery\n", "has no lines"),
    ],
)
def test_a_file_that_is_no_call_of_this_rubric_is_refused(tmp_path: Path, call: str, reason: str) -> None:
    with pytest.raises(RubricError, match=reason):
        load_rubric(rubric_with(tmp_path, call))


def test_a_folder_without_calls_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="no practice call"):
        load_rubric(rubric_with(tmp_path, name="notes.md"))


def test_every_line_of_a_one_on_one_has_a_kind(tmp_path: Path) -> None:
    kinds = [{"id": "admin", "counts_as": "other", "description": "Plans.", "examples": ["a b", "c d", "e f"]}]
    with pytest.raises(RubricError, match=r"first_talk\.txt:2: kind=: expected one of admin"):
        load_rubric(rubric_with(tmp_path, kinds=kinds))
    taught = load_rubric(rubric_with(tmp_path, "# first_talk | discovery\nR: Hello {kind=admin}\n", kinds=kinds))
    assert taught.practice[0].lines[0].kind == "admin"


def test_a_published_version_whose_practice_calls_changed_is_refused(tmp_path: Path) -> None:
    path = rubric_with(tmp_path)
    publish_rubric(path)
    assert load_rubric(path).practice
    rubric_with(tmp_path, CALL.replace("a bit much", "too dear"))
    with pytest.raises(RubricError, match="make v2"):
        load_rubric(path)


def test_diff_counts_practice_calls(tmp_path: Path) -> None:
    old = load_rubric(rubric_with(tmp_path))
    more = CALL.replace("first_talk", "second_talk")
    new = load_rubric(rubric_with(tmp_path, more, "second_talk.txt"))
    assert "~ practice calls: 1 → 2, lines 3 → 6 (came 1, went 0, changed 0)" in compare_rubrics(old, new).splitlines()
    assert compare_rubrics(old, old).endswith("nothing changed")
