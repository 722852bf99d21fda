"""What the scorer makes of calls and 1:1s labelled by hand: `python -m benchmarks.scoring`.

The labelled calls (tests/fixtures/labelled_calls) were written apart from the rubrics' examples and are never learned from. Each is
judged twice: as written, and as a recogniser would write it (lower case, no punctuation). The first half of the calls by name, and of the
1:1s, is for development: the kinds of errors made there have been looked at. The second half is for testing only.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.report import RESULTS, write
from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.scorer import Scorer, default_encoders
from pipelines.scoring.signals.questions import is_question
from pipelines.scoring.text import marked
from pipelines.scoring.transcripts import score_transcript
from pipelines.settings import Settings
from tests.fixtures.labelled import COACHING_KINDS, LabelledCall, load_labelled

TRIGGERED = ("explores_objection", "anchors_price_to_value", "holds_price", "handles_competitor")
SURE_ROLE = 0.99


def as_recognised(text: str) -> str:
    """Lower case without punctuation."""
    return " ".join(re.sub(r"[^\w\s']", " ", text.lower()).split())


def transcript(call: LabelledCall, style: Callable[[str], str]) -> dict[str, Any]:
    """A labelled call in the JSON of ``sideline transcribe``."""
    return {
        "call_type": call.call_type,
        "duration_seconds": call.utterances[-1].end_seconds,
        "utterances": [
            {
                "index": index,
                "start_seconds": one.start_seconds,
                "end_seconds": one.end_seconds,
                "role": one.role,
                "role_confidence": SURE_ROLE,
                "text": style(one.text),
            }
            for index, one in enumerate(call.utterances)
        ],
    }


def f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    """F1 of (found, wanted) pairs; 0 where nothing was found or wanted."""
    right = sum(found and wanted for found, wanted in pairs)
    return 2 * right / max(sum(found for found, _ in pairs) + sum(wanted for _, wanted in pairs), 1)


def behaviours(results: Sequence[tuple[LabelledCall, dict[str, Any]]]) -> pl.DataFrame:
    """One row a behaviour: applicable calls, F1 and accuracy of met (an abstention is counted as not met), abstentions."""
    pairs: dict[str, list[tuple[bool, bool]]] = {}
    abstained: dict[str, int] = {}
    for call, result in results:
        for score in result["scores"]:
            label = call.labels[score["behaviour_id"]]
            if label.is_applicable:
                pairs.setdefault(score["behaviour_id"], []).append((score["met"] is True, bool(label.is_met)))
                abstained[score["behaviour_id"]] = abstained.get(score["behaviour_id"], 0) + bool(score["abstained"])
    rows = [
        (name, len(found), f1(found), sum(a == b for a, b in found) / len(found), abstained[name])
        for name, found in pairs.items()
    ]
    return pl.DataFrame(rows, schema=["behaviour", "calls", "f1", "accuracy", "abstained"], orient="row")


def triggers(results: Sequence[tuple[LabelledCall, dict[str, Any]]]) -> tuple[float, float]:
    """Recall and precision of "there was an opportunity" over the behaviours that a moment makes possible."""
    pairs = [
        (score["applicable"], call.labels[score["behaviour_id"]].is_applicable)
        for call, result in results
        for score in result["scores"]
        if score["behaviour_id"] in TRIGGERED
    ]
    right = sum(found and wanted for found, wanted in pairs)
    return right / sum(wanted for _, wanted in pairs), right / max(sum(found for found, _ in pairs), 1)


def sessions(results: Sequence[tuple[LabelledCall, dict[str, Any]]]) -> tuple[float, float]:
    """Accuracy of the session label; median relative error of coaching minutes where there were some."""
    labels, errors = [], []
    for call, result in results:
        labels.append(result["session_label"] == call.session_label)
        wanted = sum(
            (one.end_seconds - one.start_seconds) / 60 for one in call.utterances if one.kind in COACHING_KINDS
        )
        found = sum(minutes for kind, minutes in result["minutes_by_kind"].items() if kind in COACHING_KINDS)
        if wanted:
            errors.append(abs(found - wanted) / wanted)
    return sum(labels) / len(labels), float(pl.Series(errors).median())  # type: ignore[arg-type]


def questions(calls: Sequence[LabelledCall], style: Callable[[str], str]) -> float:
    """F1 of question detection over every utterance."""
    said = [(style(one.text), one.is_question) for call in calls for one in call.utterances]
    found = pl.DataFrame({"text": [text for text, _ in said]}).select(is_question(marked(pl.col("text"))))
    return f1(list(zip(found.to_series().to_list(), [wanted for _, wanted in said], strict=True)))


def halves(calls: Sequence[LabelledCall]) -> dict[str, list[LabelledCall]]:
    """The calls for development (errors may be looked at) and for testing (never), each with its share of 1:1s."""
    found: dict[str, list[LabelledCall]] = {"development": [], "test": []}
    for is_one_on_one in (False, True):
        part = sorted((call for call in calls if call.is_one_on_one == is_one_on_one), key=lambda call: call.call_id)
        found["development"] += part[: len(part) // 2]
        found["test"] += part[len(part) // 2 :]
    return found


def row(style: str, part: str, what: str, value: float, must: str = "—") -> dict[str, object]:
    return {"style": style, "part": part, "what": what, "value": f"{value:.3f}", "must hold": must}


def measure(calls: Sequence[LabelledCall], sales: Scorer, manager: Scorer) -> list[dict[str, object]]:
    """Every figure in both styles."""
    external = [call for call in calls if not call.is_one_on_one]
    one_on_ones = [call for call in calls if call.is_one_on_one]
    rows = []
    for name, style in (("as written", str), ("as recognised", as_recognised)):
        judged = [(call, score_transcript(transcript(call, style), sales)) for call in external]
        heard = [(call, score_transcript(transcript(call, style), manager, "one_on_one")) for call in one_on_ones]
        for part, found, musts in (("calls", judged, (">= .83", ">= .83")), ("1:1s", heard, ("—", "—"))):
            met = behaviours(found)
            rows += [
                row(name, part, "macro F1 of met", float(met["f1"].mean()), musts[0]),  # type: ignore[arg-type]
                row(name, part, "the same, always saying met", always_met([call for call, _ in found])),
                row(
                    name, part, "accuracy of met", (met["accuracy"] * met["calls"]).sum() / met["calls"].sum(), musts[1]
                ),
                row(name, part, "abstained", met["abstained"].sum() / met["calls"].sum()),
            ]
            rows += [row(name, part, f"F1 of {one['behaviour']} ({one['calls']})", one["f1"]) for one in met.to_dicts()]
        recall, precision = triggers(judged)
        label, minutes = sessions(heard)
        rows += [
            row(name, "calls", "opportunity recall", recall, ">= .85"),
            row(name, "calls", "opportunity precision", precision, ">= .75"),
            row(name, "1:1s", "session label accuracy", label, ">= .90"),
            row(name, "1:1s", "coaching minutes, median relative error", minutes, "<= .15"),
            row(name, "all", "question F1", questions(calls, style), ">= .85" if style is str else ">= .75"),
        ]
    return rows


def always_met(calls: Sequence[LabelledCall]) -> float:
    """Macro F1 of a scorer that says met wherever a behaviour applies."""
    names = calls[0].labels
    of_each = [
        f1([(True, bool(call.labels[name].is_met)) for call in calls if call.labels[name].is_applicable])
        for name in names
    ]
    return sum(of_each) / len(of_each)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring")
    parser.add_argument("--calls", type=Path, help="folder of labelled calls (default: the repository's)")
    parser.add_argument("--cache", type=Path, help="cache folder of a data folder, to encode nothing twice")
    parser.add_argument("--out", type=Path, default=RESULTS / "scoring.md")
    given = parser.parse_args()
    settings = Settings()
    encoders = default_encoders(given.cache, settings.threads)
    sales, manager = (
        Scorer(load_rubric(path), encoders, given.cache) for path in (settings.sales_rubric, settings.one_on_one_rubric)
    )
    calls = load_labelled(given.calls) if given.calls else load_labelled()
    rows = [{"half": "both"} | one for one in measure(calls, sales, manager)]
    for half, own in halves(calls).items():
        rows += [{"half": half} | one for one in measure(own, sales, manager) if one["must hold"] != "—"]
    write(rows, given.out)


if __name__ == "__main__":
    main()
