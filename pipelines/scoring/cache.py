"""Embeddings kept by the hash of their text, so that each distinct text is encoded once, ever.

Vectors lie in Parquet files under ``<cache_dir>/embeddings/<encoder>/``; a file is never changed, only joined with others when
there are many. No model is loaded here and nothing depends on a rubric.
"""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.scoring.encoders import DIMENSION, Encoder

MOST_FILES = 24
TEXTS_PER_FLUSH = 2_000

OnEncode = Callable[[int, int], None]


def text_hash(text: str) -> bytes:
    """16 bytes that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class EmbeddingCache:
    """Vectors of one encoder: looked up in memory, then on disk, then made and kept."""

    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        """Args: folder: where to keep vectors; None keeps them in memory for this process only."""
        self.name = encoder.name
        self._encoder = encoder
        self._folder = folder / "embeddings" / encoder.name if folder else None
        self._rows: dict[bytes, int] = {}
        self._vectors = np.empty((0, DIMENSION), dtype=np.float16)
        self._is_read = False

    def vectors(self, texts: Sequence[str], on_encode: OnEncode | None = None) -> np.ndarray:
        """Unit vectors (float16) of ``texts``, in order. ``on_encode(done, total)`` reports on those not seen before."""
        self._read()
        hashes = [text_hash(text) for text in texts]
        missing = dict.fromkeys((text, key) for text, key in zip(texts, hashes, strict=True) if key not in self._rows)
        self._encode(list(missing), on_encode)
        return self._vectors[[self._rows[key] for key in hashes]] if texts else self._vectors[:0]

    def _encode(self, missing: list[tuple[str, bytes]], on_encode: OnEncode | None) -> None:
        for start in range(0, len(missing), TEXTS_PER_FLUSH):
            part = missing[start : start + TEXTS_PER_FLUSH]
            made = self._encoder.encode([text for text, _ in part])
            self._add([key for _, key in part], made)
            self._write([key for _, key in part], made)
            if on_encode:
                on_encode(start + len(part), len(missing))

    def _add(self, keys: Sequence[bytes], made: np.ndarray) -> None:
        first = len(self._vectors)
        self._rows.update({key: first + place for place, key in enumerate(keys)})
        self._vectors = np.concatenate([self._vectors, made])

    def _write(self, keys: Sequence[bytes], made: np.ndarray) -> None:
        if self._folder is None or not keys:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        frame = pl.DataFrame({"hash": list(keys), "vector": [row.tobytes() for row in made]})
        staged = self._folder / f"{uuid.uuid4().hex}.tmp"
        frame.write_parquet(staged)
        staged.rename(staged.with_suffix(".parquet"))

    def _read(self) -> None:
        if self._is_read or self._folder is None:
            return
        self._is_read = True
        files = sorted(self._folder.glob("*.parquet"))
        if not files:
            return
        kept = pl.read_parquet(files).unique("hash", keep="first", maintain_order=True)
        made = np.frombuffer(b"".join(kept["vector"]), dtype=np.float16).reshape(-1, DIMENSION)
        self._add(kept["hash"].to_list(), made)
        if len(files) > MOST_FILES:
            self._write(kept["hash"].to_list(), made)
            for file in files:
                file.unlink(missing_ok=True)
