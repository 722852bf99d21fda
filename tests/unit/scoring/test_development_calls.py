"""The development calls are whole, and none of their sentences is taught to the scorer."""

from pathlib import Path

import pytest

from pipelines.scoring.matching import examples_of
from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.text import mark_texts, plain
from tests.fixtures.labelled import FOLDER, load_call, load_labelled

DEVELOPMENT = FOLDER.with_name("development_calls")
HANDS = [DEVELOPMENT / f"{which}_hand" for which in ("second", "third", "fourth")]
RUBRICS = Path(__file__).parents[3] / "rubrics"
LONG_ENOUGH_WORDS = 6


@pytest.mark.parametrize("path", sorted(DEVELOPMENT.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_is_a_valid_labelled_call(path: Path) -> None:
    assert len(load_call(path).utterances) > 20


@pytest.mark.parametrize("folder", [DEVELOPMENT, *HANDS, FOLDER], ids=lambda folder: folder.name)
@pytest.mark.parametrize("rubric", sorted(RUBRICS.glob("*.v*.yaml")), ids=lambda path: path.stem)
def test_no_sentence_measured_on_is_taught_by_a_rubric(folder: Path, rubric: Path) -> None:
    loaded = load_rubric(rubric)
    lines = [line for call in loaded.practice for line in call.lines]
    # "We will see you on the call then" in an unlabelled line teaches nothing of a behaviour.
    labelled = [line.text for line in lines if line.shows or line.near_misses]
    texts = [one.text for one in examples_of(loaded)] + labelled
    taught = {plain(text) for text in mark_texts(texts)}
    said = [one.text for call in load_labelled(folder) for one in call.utterances]
    long = {text for text in map(plain, mark_texts(said)) if len(text.split()) >= LONG_ENOUGH_WORDS}
    assert not taught & long
