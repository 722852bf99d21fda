"""Does a correction confirm the right reps? Simulated reps of five kinds through the rules of the line, as a table.

    python -m benchmarks.corrections [--sequences 5000] [--out benchmarks/results/corrections.md]

Every rep is one sequence of opportunities with a planted rate; the scorer sees each with its error (.90/.92). The rules
are ``pipelines.coaching``'s own: nothing is re-implemented here. One process, under a minute.
"""

import argparse
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.report import RESULTS, write
from pipelines.coaching.evidence_path import Opportunity, Standing, walk
from pipelines.coaching.policy import CorrectionPolicy

POLICY = CorrectionPolicy()
UNCHANGED, GOOD, IMPROVED = 0.35, 0.95, 0.85
HORIZON = 40  # opportunities in which a changed rep should be confirmed
LONG = 100
HALF_LIFE = 10  # opportunities in which half of an improvement is gone: five weeks at two a week
START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
TIMES = [START + dt.timedelta(days=k) for k in range(LONG)]
CALLS = [f"call:{k}" for k in range(LONG)]


@dataclass(frozen=True)
class Kind:
    """A kind of rep: true rate at each opportunity, where the correction stands at the first, what must hold."""

    name: str
    rates: np.ndarray
    standing: Standing
    event: str  # state that is looked for
    within: int
    must: Callable[[float], bool] | None
    wording: str


def fading(count: int, half_life: float) -> np.ndarray:
    return UNCHANGED + (IMPROVED - UNCHANGED) * 0.5 ** (np.arange(count) / half_life)


def stepping_back(count: int, kept: int) -> np.ndarray:
    return np.where(np.arange(count) < kept, IMPROVED, UNCHANGED)


KINDS = [
    Kind("never change (.35)", np.full(LONG, UNCHANGED), "open", "confirmed", HORIZON, lambda x: x <= 0.01, "≤ 1 %"),
    Kind("never change (.35)", np.full(LONG, UNCHANGED), "open", "confirmed", LONG, None, "—"),
    Kind("improve and stay (.95)", np.full(LONG, GOOD), "open", "confirmed", HORIZON, lambda x: x >= 0.85, "≥ 85 %"),
    Kind("improve and stay (.85)", np.full(LONG, IMPROVED), "open", "confirmed", HORIZON, None, "—"),
    Kind(
        "improve and fade (half gone after 10)",
        fading(LONG, HALF_LIFE),
        "open",
        "confirmed",
        LONG,
        lambda x: x <= 0.07,
        "≤ 7 %",
    ),
    Kind(
        "improve and fade (back at once after 10)",
        stepping_back(LONG, 10),
        "open",
        "confirmed",
        LONG,
        lambda x: x <= 0.07,
        "≤ 7 %",
    ),
    Kind("already good (.95): corrected at all", np.full(LONG, GOOD), "retired", "open", HORIZON, None, "—"),
    Kind("never good (.35): corrected at all", np.full(LONG, UNCHANGED), "retired", "open", HORIZON, None, "—"),
    Kind("one opportunity a month, 24 months (.95)", np.full(24, GOOD), "open", "confirmed", 24, None, "—"),
    Kind("relapse (.95 confirmed, then .35)", np.full(LONG, UNCHANGED), "confirmed", "relapsed", LONG, None, "—"),
]
RELAPSE_MEDIAN = 12


def waits(kind: Kind, sequences: int, seed: int) -> np.ndarray:
    """Opportunities until the event of each sequence; infinite where it does not come."""
    rng = np.random.default_rng(seed)
    shown = rng.random((sequences, len(kind.rates))) < kind.rates
    heard = np.where(
        shown, rng.random(shown.shape) < POLICY.sensitivity, rng.random(shown.shape) < 1 - POLICY.specificity
    )
    return np.array([_wait(kind, row) for row in heard.tolist()])


def _wait(kind: Kind, met: list[bool]) -> float:
    evidence = [Opportunity(at, call, hit) for at, call, hit in zip(TIMES, CALLS, met, strict=False)]
    steps = walk(kind.standing, evidence, "any", POLICY)
    return next((1.0 + TIMES.index(step.at) for step in steps if step.state == kind.event), float("inf"))


def measure(sequences: int, seed: int = 11) -> list[dict[str, object]]:
    rows = []
    for number, kind in enumerate(KINDS):
        found = waits(kind, sequences, seed + number)
        share = float(np.mean(found <= kind.within))
        median = float(np.median(found))
        is_relapse = kind.event == "relapsed"
        holds = median <= RELAPSE_MEDIAN if is_relapse else kind.must(share) if kind.must else None
        rows.append(
            {
                "rep": kind.name,
                "event": kind.event,
                "within": kind.within,
                "share": f"{share:.1%}",
                "median opportunities": f"{median:.0f}" if np.isfinite(median) else "—",
                "must hold": f"median ≤ {RELAPSE_MEDIAN}" if is_relapse else kind.wording,
                "holds": "—" if holds is None else "yes" if holds else "NO",
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sequences", type=int, default=5000)
    parser.add_argument("--out", type=Path, default=RESULTS / "corrections.md")
    chosen = parser.parse_args()
    write(measure(chosen.sequences), chosen.out)


if __name__ == "__main__":
    main()
