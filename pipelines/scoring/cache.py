"""Embeddings kept by the hash of their text, so that each distinct text is encoded once (or now and then twice, by processes side by
side).

Vectors lie in Parquet files under ``<cache_dir>/embeddings/<encoder>/``; a file is never changed, small ones are joined when there
are many. Memory holds a bounded number of vectors, however many lie on disk. No model is loaded here and nothing depends on a
rubric.
"""

import hashlib
import random
import uuid
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from filelock import FileLock, Timeout

from pipelines.scoring.encoders import DIMENSION, Encoder

MOST_FILES = 24
SMALL_FILE_BYTES = 20_000_000
# New texts are encoded in parts, a quarter of what is left: between parts a process looks what others have encoded meanwhile.
PARTS_AHEAD, FEWEST_PER_FLUSH, TEXTS_PER_FLUSH = 4, 100, 2_000
MOST_HELD = 150_000  # vectors in memory: 115 MB an encoder

OnEncode = Callable[[int, int], None]


def text_hash(text: str) -> bytes:
    """16 bytes that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class EmbeddingCache:
    """Vectors of one encoder: looked up in memory, then on disk, then made and kept."""

    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        """``folder``: where to keep vectors; None keeps them in memory only."""
        self.name = encoder.name
        self._encoder = encoder
        self._folder = folder / "embeddings" / encoder.name if folder else None
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[bytes, int] = {}
        self._vectors = np.empty((0, DIMENSION), dtype=np.float16)

    def vectors(self, texts: Sequence[str], on_encode: OnEncode | None = None) -> np.ndarray:
        """Unit vectors (float16) of ``texts``, in order. ``on_encode(done, total)`` reports on those not seen before."""
        wanted = {text_hash(text): text for text in texts}
        if len(self._rows) + len(wanted) > MOST_HELD:
            self._forget()
        searched = self._read([key for key in wanted if key not in self._rows])
        self._encode({key: text for key, text in wanted.items() if key not in self._rows}, searched, on_encode)
        return self._vectors[[self._rows[text_hash(text)] for text in texts]] if texts else self._vectors[:0]

    def _encode(self, missing: dict[bytes, str], searched: set[Path], on_encode: OnEncode | None) -> None:
        """Encode what is in none of the files ``searched``, each process in an order of its own: what another has encoded
        meanwhile is read, so that of several that meet the same new texts each encodes some."""
        keys = list(missing)
        random.shuffle(keys)
        while keys:
            part = keys[: min(max(len(keys) // PARTS_AHEAD, FEWEST_PER_FLUSH), TEXTS_PER_FLUSH)]
            made = self._encoder.encode([missing[key] for key in part])
            self._hold(part, made)
            self._write(part, made)
            keys = keys[len(part) :]
            searched |= self._read(keys, besides=searched)
            keys = [key for key in keys if key not in self._rows]
            if on_encode:
                on_encode(len(missing) - len(keys), len(missing))

    def _hold(self, keys: Sequence[bytes], made: np.ndarray) -> None:
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
        self._join_small_files()

    def _read(self, keys: Sequence[bytes], besides: Collection[Path] = ()) -> set[Path]:
        """Hold what is kept of ``keys``. Returns the files that were searched: all ``besides`` those given."""
        files = set(self._folder.glob("*.parquet")).difference(besides) if self._folder and keys else set()
        if not files:
            return files
        asked = pl.LazyFrame({"hash": list(keys)}, schema={"hash": pl.Binary})
        # Two runs may have written the same text; either row will do, they are equal.
        wanted = pl.scan_parquet(sorted(files)).join(asked, on="hash", how="semi").unique("hash")
        try:
            kept = wanted.collect(engine="streaming")
        except FileNotFoundError:  # another process has joined small files since: they are there, under another name
            return self._read(keys, besides)
        if len(kept):
            made = np.frombuffer(b"".join(kept["vector"]), dtype=np.float16).reshape(-1, DIMENSION)
            self._hold(kept["hash"].to_list(), made)
        return files

    def _join_small_files(self) -> None:
        assert self._folder is not None
        try:
            with FileLock(self._folder / ".lock", blocking=False):
                small = [
                    file for file in sorted(self._folder.glob("*.parquet")) if file.stat().st_size < SMALL_FILE_BYTES
                ]
                if len(small) <= MOST_FILES:
                    return
                joined = self._folder / f"{uuid.uuid4().hex}.tmp"
                pl.read_parquet(small).unique("hash").write_parquet(joined)
                joined.rename(joined.with_suffix(".parquet"))
                for file in small:
                    file.unlink(missing_ok=True)
        except Timeout:  # another process is at it
            return
