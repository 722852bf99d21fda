"""The default scorer: a rubric, its trained detectors and what they say of whole calls. Offline, no torch, no network.

Holds no lake and no settings: ``chunks.py`` and ``commands.py`` bring the rows. A call's scores depend on that call, the rubric
and ``SCORER_VERSION`` alone.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl
from filelock import FileLock

from pipelines.coaching.sessions import Session, moves, smooth, summarise
from pipelines.scoring.cache import EmbeddingCache, OnEncode
from pipelines.scoring.context import Context, probabilities
from pipelines.scoring.encoders import E5Small, MiniLM
from pipelines.scoring.in_call import teach
from pipelines.scoring.judging import Found, Said, Score, judge
from pipelines.scoring.matching import Encoders, Heads, Matcher, train
from pipelines.scoring.reading import Reader, normalised, quote
from pipelines.scoring.rubric import Rubric
from pipelines.scoring.signals.conversation import LOWEST_ROLE_CONFIDENCE, back_channel
from pipelines.scoring.wording import Wording

SCORER = "rubric-examples"
SCORER_VERSION = "11"
Detectors = tuple[tuple[Heads, Heads], Wording | None, Context | None]
LEAST_FIT = 1e-3  # no kind is ever impossible
# Each kind is weighed against all others as if it were as frequent, which sounds less sure than it is; so much more tells the kinds
# of practice calls best apart, by detectors that have not learned from them.
TAUGHT_KINDS_TRUST = 2.0


@dataclass(frozen=True)
class Judged:
    """What the scorer says of one call; places are rows of ``said`` (its utterances in order of time)."""

    call_id: str
    said: Said
    texts: Sequence[str]
    marked: Sequence[str]
    best_unit: np.ndarray
    scores: list[Score]
    moments: list[Found]
    session: Session | None
    scorer: str = SCORER
    scorer_version: str = SCORER_VERSION
    fallback_reason: str | None = None
    quotes: dict[tuple[int, str], str] = field(default_factory=dict)

    def quote(self, place: int, target: str) -> str:
        """Evidence for ``target`` in the utterance at ``place``, verbatim."""
        if (place, target) in self.quotes:
            return self.quotes[place, target]
        return quote(self.texts[place], self.marked[place], int(self.best_unit[place, self.said.columns[target]]))


class Scorer:
    """One rubric, ready to score. Training and embeddings are cached under ``cache_dir`` when one is given."""

    def __init__(self, rubric: Rubric, encoders: Encoders, cache_dir: Path | None = None) -> None:
        self.rubric = rubric
        heads, wording, self._context = _trained(rubric, encoders, cache_dir)
        self._matcher = Matcher(rubric, encoders, heads, wording)
        self._reader = Reader(self._matcher)
        self._columns = {name: place for place, name in enumerate(self._matcher.names)}
        self._kinds = [kind.id for kind in rubric.kinds]
        self._moves = self._context.kind_moves if self._context else moves([kind.counts_as for kind in rubric.kinds])
        self._kind_columns = [self._columns[f"kind:{kind}"] for kind in self._kinds]

    def judge_calls(
        self,
        utterances: pl.DataFrame,
        calls: pl.DataFrame,
        competitors: Sequence[str] = (),
        on_encode: OnEncode | None = None,
    ) -> Iterator[Judged]:
        """Judge every call of ``calls`` (rows of ``transcripts__calls``) on its ``utterances``, in order of call id."""
        participants = {row["call_id"]: row["participants"] or [] for row in calls.iter_rows(named=True)}
        said = normalised(_in_order(utterances), participants, competitors)
        chance, best, facts = self._reader.read(said["marked"].to_list(), on_encode)
        bounds = {call_id: (first, count) for call_id, first, count in _bounds(said).iter_rows()}
        arrays = _arrays(said)
        texts, marked = said["text"].to_list(), said["marked"].to_list()
        for call in calls.sort("call_id").iter_rows(named=True):
            first, count = bounds.get(call["call_id"], (0, 0))
            part = slice(first, first + count)
            one = Said(  # type: ignore[misc]
                *(array[part] for array in arrays[:5]),  # type: ignore[arg-type]
                facts=facts[part],
                probabilities=chance[part],
                columns=self._columns,
            )
            if self._context is not None:
                chances = probabilities(self._context, one, len(self.rubric.moments)).round(4)
                one = replace(one, probabilities=chances)
            confidence = _role_confidence(call["role_confidence"], arrays[5][part], one.role)
            kinds = self._kinds_of(one)
            if kinds is not None:
                one = replace(one, kind=[self._kinds[kind] for kind in kinds.argmax(axis=1)])
            scores, moments = judge(self.rubric, one, call["call_type"], confidence)
            session = None if kinds is None else self._session(one, kinds, arrays[6][part], confidence)
            yield Judged(call["call_id"], one, texts[part], marked[part], best[part], scores, moments, session)

    def _kinds_of(self, said: Said) -> np.ndarray | None:
        """(n, kinds) chance of each utterance's kind, given those around it; None for a rubric without kinds."""
        if not self._kinds:
            return None
        fit = said.probabilities[:, self._kind_columns] + LEAST_FIT
        if self._context is not None:
            fit **= TAUGHT_KINDS_TRUST
        fit[said.is_back_channel] = 1.0
        return smooth(fit / fit.sum(axis=1, keepdims=True), self._moves)

    def _session(self, said: Said, kinds: np.ndarray, words: np.ndarray, confidence: float | None) -> Session:
        return summarise(
            self._kinds,
            [kind.counts_as for kind in self.rubric.kinds],
            kinds,
            said.end - said.start,
            words,
            said.role,
            confidence is not None and confidence >= LOWEST_ROLE_CONFIDENCE,
        )


def default_encoders(cache_dir: Path | None, threads: int = 2) -> Encoders:
    """Both encoders with their caches; weights load only when a text is new."""
    models = cache_dir / "models" if cache_dir else None
    return EmbeddingCache(MiniLM(threads, models), cache_dir), EmbeddingCache(E5Small(threads, models), cache_dir)


def _in_order(utterances: pl.DataFrame) -> pl.DataFrame:
    return utterances.with_columns(pl.max_horizontal("start_seconds", "end_seconds").alias("end_seconds")).sort(
        "call_id", "start_seconds", "end_seconds", "utterance_index"
    )


def _bounds(said: pl.DataFrame) -> pl.DataFrame:
    return (
        said.with_row_index("row")
        .group_by("call_id", maintain_order=True)
        .agg(pl.col("row").min().alias("first"), pl.len().alias("count"))
    )


def _arrays(said: pl.DataFrame) -> tuple[np.ndarray, ...]:
    lower = pl.col("text").str.to_lowercase()
    words = pl.col("text").str.count_matches(r"\S+")
    frame = said.select(
        "utterance_index",
        pl.col("role").cast(pl.String),
        "start_seconds",
        "end_seconds",
        back_channel(lower, words).alias("is_back_channel"),
        "role_confidence",
        words.alias("words"),
    )
    return tuple(frame[name].to_numpy() for name in frame.columns)


def _role_confidence(of_call: float | None, of_utterances: np.ndarray, roles: np.ndarray) -> float | None:
    """The least certain of the roles that matter; None where nobody has one."""
    known = of_utterances[np.isin(roles, ("rep", "customer", "manager"))]
    if len(known) == 0:
        return None
    return float(min(known.min(), 1.0 if of_call is None else of_call))


def _trained(rubric: Rubric, encoders: Encoders, cache_dir: Path | None) -> Detectors:
    """Detectors as learned before from the same examples and practice calls, or learned now."""
    if cache_dir is None:
        return _learned(rubric, encoders)
    kept = _detectors_path(rubric, encoders, cache_dir)
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(kept.with_suffix(".lock")):  # of several processes one learns
            if not kept.is_file():
                _write_detectors(_learned(rubric, encoders), kept)
    return _read_detectors(kept)


def is_learned(rubric: Rubric, encoders: Encoders, cache_dir: Path) -> bool:
    """Whether a scorer of this rubric has nothing left to learn."""
    return _detectors_path(rubric, encoders, cache_dir).is_file()


def _learned(rubric: Rubric, encoders: Encoders) -> Detectors:
    if not rubric.practice:
        return train(rubric, encoders), None, None
    taught = teach(rubric, encoders)
    return taught.heads, taught.wording, taught.context


def _detectors_path(rubric: Rubric, encoders: Encoders, cache_dir: Path) -> Path:
    """File of trained detectors; its name changes with whatever they were learned from."""
    made_with = hashlib.sha256(
        "\n".join([SCORER_VERSION, *(encoder.name for encoder in encoders)]).encode()
    ).hexdigest()
    name = f"{rubric.id}.v{rubric.version}-{rubric.content_hash()[:16]}-{made_with[:8]}.npz"
    return cache_dir / "detectors" / name


def _read_detectors(path: Path) -> Detectors:
    kept = np.load(path, allow_pickle=False)
    first, second = (Heads(**{part: _plain(kept[f"{side}_{part}"]) for part in _PARTS}) for side in _SIDES)  # type: ignore[arg-type]
    heads = first, second
    if f"context_{_CONTEXT_PARTS[0]}" not in kept:
        return heads, None, None
    wording = Wording(**{part: kept[f"wording_{part}"] for part in _WORDING_PARTS})
    return heads, wording, Context(**{part: kept[f"context_{part}"] for part in _CONTEXT_PARTS})


def _write_detectors(detectors: Detectors, path: Path) -> None:
    """Write trained detectors whole (a reader sees the old file or the new one)."""
    heads, wording, context = detectors
    parts = {
        f"{side}_{part}": np.asarray(getattr(one, part))
        for side, one in zip(_SIDES, heads, strict=True)
        for part in _PARTS
    }
    if wording is not None and context is not None:
        parts |= {f"wording_{part}": getattr(wording, part) for part in _WORDING_PARTS}
        parts |= {f"context_{part}": getattr(context, part) for part in _CONTEXT_PARTS}
    staged = path.with_suffix(".tmp.npz")
    np.savez_compressed(staged, allow_pickle=False, **parts)
    staged.replace(path)


_PARTS = ("centre", "scale", "landmarks", "weights", "bias", "slope", "shift")
_WORDING_PARTS = ("terms", "rarity", "weights", "bias")
_CONTEXT_PARTS = ("weights", "slope", "shift", "is_per_call", "kind_moves")
_SIDES = ("first", "second")


def _plain(array: np.ndarray) -> np.ndarray | float:
    return float(array) if array.ndim == 0 else array
