"""The embedding cache: each text encoded once, the same numbers from memory, disk and encoder, bounded memory."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipelines.scoring import cache
from pipelines.scoring.cache import EmbeddingCache
from pipelines.scoring.encoders import DIMENSION


class LetterCounts:
    """An encoder small enough for a unit test: letters counted, and every text it was asked for."""

    name = "letters"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text:
                vectors[row, ord(letter) % DIMENSION] += 1
        return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)).astype(np.float16)


def test_each_distinct_text_is_encoded_once_over_calls_and_processes(tmp_path: Path) -> None:
    first = LetterCounts()
    kept = EmbeddingCache(first, tmp_path)
    kept.vectors(["b", "a", "b"])
    kept.vectors(["a", "c"])
    assert sorted(first.asked) == ["a", "b", "c"]
    second = LetterCounts()
    EmbeddingCache(second, tmp_path).vectors(["c", "a", "b", "d"])
    assert second.asked == ["d"]


def test_of_processes_that_meet_the_same_new_texts_each_encodes_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "FEWEST_PER_FLUSH", 2)
    texts = [f"text {number}" for number in range(40)]

    class Interrupted(LetterCounts):
        """Between its first part and its second another process encodes all of the same texts."""

        def encode(self, texts_of_part: Sequence[str]) -> np.ndarray:
            if not self.asked:
                EmbeddingCache(LetterCounts(), tmp_path).vectors(texts)
            return super().encode(texts_of_part)

    encoder, told = Interrupted(), list[tuple[int, int]]()
    vectors = EmbeddingCache(encoder, tmp_path).vectors(texts, lambda done, total: told.append((done, total)))
    assert np.array_equal(vectors, LetterCounts().encode(texts))
    assert len(encoder.asked) == len(texts) // cache.PARTS_AHEAD
    assert told == [(40, 40)]


def test_vectors_are_in_the_order_asked_and_equal_from_disk(tmp_path: Path) -> None:
    texts = ["hello there", "what now", "hello there", ""]
    fresh = EmbeddingCache(LetterCounts(), tmp_path).vectors(texts)
    again = EmbeddingCache(LetterCounts(), tmp_path).vectors(list(reversed(texts)))
    assert np.array_equal(fresh, again[::-1])
    assert np.array_equal(fresh, LetterCounts().encode(texts))


def test_memory_holds_a_bounded_number_of_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_HELD", 10)
    encoder = LetterCounts()
    kept = EmbeddingCache(encoder, tmp_path)
    for start in range(0, 60, 6):
        texts = [f"text {number}" for number in range(start, start + 6)]
        assert np.array_equal(kept.vectors(texts), LetterCounts().encode(texts))
        assert len(kept._vectors) <= 10
    assert len(encoder.asked) == 60 and set(encoder.asked) == {f"text {number}" for number in range(60)}


def test_many_small_files_become_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_FILES", 3)
    kept = EmbeddingCache(LetterCounts(), tmp_path)
    for number in range(9):
        kept.vectors([f"text {number}"])
    assert len(list(tmp_path.rglob("*.parquet"))) <= 4
    again = LetterCounts()
    EmbeddingCache(again, tmp_path).vectors([f"text {number}" for number in range(9)])
    assert again.asked == []


def test_nothing_asked_gives_nothing(tmp_path: Path) -> None:
    assert EmbeddingCache(LetterCounts(), tmp_path).vectors([]).shape == (0, DIMENSION)


def test_files_joined_by_another_process_while_they_are_read_are_found_under_their_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"text {number}" for number in range(5)]
    for text in texts:
        EmbeddingCache(LetterCounts(), tmp_path).vectors([text])
    scan = cache.pl.scan_parquet

    def joined_meanwhile(files: list[Path]) -> cache.pl.LazyFrame:
        scanned = scan(files)
        monkeypatch.setattr(cache, "MOST_FILES", 2)
        monkeypatch.setattr(cache.pl, "scan_parquet", scan)
        EmbeddingCache(LetterCounts(), tmp_path).vectors(["one more"])
        return scanned

    monkeypatch.setattr(cache.pl, "scan_parquet", joined_meanwhile)
    encoder = LetterCounts()
    vectors = EmbeddingCache(encoder, tmp_path).vectors(texts)
    assert np.array_equal(vectors, LetterCounts().encode(texts)) and encoder.asked == []
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
