"""The development calls are whole, and none of their sentences is taught to the scorer."""

from pathlib import Path

import pytest

from pipelines.scoring.matching import examples_of
from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.text import mark_texts, plain
from tests.fixtures.labelled import FOLDER, load_call, load_labelled

DEVELOPMENT = FOLDER.with_name("development_calls")
SECOND_HAND, THIRD_HAND = DEVELOPMENT / "second_hand", DEVELOPMENT / "third_hand"
RUBRICS = Path(__file__).parents[3] / "rubrics"
LONG_ENOUGH_WORDS = 6


@pytest.mark.parametrize("path", sorted(DEVELOPMENT.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_is_a_valid_labelled_call(path: Path) -> None:
    assert len(load_call(path).utterances) > 20


@pytest.mark.parametrize("folder", [DEVELOPMENT, SECOND_HAND, THIRD_HAND, FOLDER], ids=lambda folder: folder.name)
@pytest.mark.parametrize("rubric", sorted(RUBRICS.glob("*.v*.yaml")), ids=lambda path: path.stem)
def test_no_sentence_measured_on_is_an_example_of_a_rubric(folder: Path, rubric: Path) -> None:
    taught = {plain(text) for text in mark_texts([one.text for one in examples_of(load_rubric(rubric))])}
    said = [one.text for call in load_labelled(folder) for one in call.utterances]
    long = {text for text in map(plain, mark_texts(said)) if len(text.split()) >= LONG_ENOUGH_WORDS}
    assert not taught & long
