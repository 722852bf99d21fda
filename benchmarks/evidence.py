"""How far the estimators can be trusted: bias, coverage and false alarms on planted-truth worlds, as a Markdown table.

    python -m benchmarks.evidence --replications 200 [--worlds mixed,no_effect] [--out benchmarks/results/evidence.md]

One process, one thread: about 0.5 s a replication and cell. The naive gap is printed beside, as what it would have
said.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import worlds
from benchmarks.report import RESULTS, write
from pipelines.evidence.effect import judge
from pipelines.evidence.exposure import expose
from pipelines.evidence.ramp import analyse_ramp
from pipelines.evidence.rollout import analyse_rollout

HEARD = {"exact": (1.0, 1.0, 0.0), "misjudged .85/.92": (0.85, 0.92, 0.0), "40 % unheard": (1.0, 1.0, 0.4)}
Outcome = tuple[float | None, float | None, float | None, float]  # estimate, low, high, truth


def coaching(world: worlds.World, heard: tuple[float, float, float], seed: int) -> Outcome:
    """The primary of one replication; None where withheld."""
    sensitivity, specificity, unheard = heard
    panel = worlds.rep_months(world, seed)
    if heard != (1.0, 1.0, 0.0):
        panel = worlds.heard_badly(panel, seed, sensitivity, specificity, unheard)
    primary = judge(expose(panel, sensitivity, specificity, 5.0), agreement_known=True, seed=seed).estimates[0]
    return primary.estimate, primary.ci_low, primary.ci_high, world.effect


def rollout(seed: int) -> Outcome:
    panel, truth = worlds.rollout(seed)
    primary = analyse_rollout(panel).estimates[0]
    return primary.estimate, primary.ci_low, primary.ci_high, truth


def ramp(seed: int) -> Outcome:
    episodes, truth = worlds.ramp_episodes(seed)
    primary = analyse_ramp(episodes, by=()).estimates[0]
    return primary.estimate, primary.ci_low, primary.ci_high, truth["rmst_12"]


def summarise(name: str, cell: str, outcomes: list[Outcome], seconds: float) -> dict[str, object]:
    """One row of the table. Bias with its own Monte Carlo error; points for attainment, months for ramp."""
    told = [one for one in outcomes if one[0] is not None]
    scale = 1.0 if name == "ramp" else 100.0
    errors = np.array([(e - t) * scale for e, _, _, t in told if e is not None])
    inside = [low <= t <= high for _, low, high, t in told if low is not None and high is not None]
    zero_out = [low > 0 or high < 0 for _, low, high, _ in told if low is not None and high is not None]
    return {
        "world": name,
        "heard": cell,
        "runs": len(outcomes),
        "withheld": len(outcomes) - len(told),
        "truth": round(float(np.mean([t for *_, t in outcomes])) * scale, 2),
        "bias": round(float(errors.mean()), 2) if len(errors) else None,
        "± (MC)": round(1.96 * float(errors.std(ddof=1)) / len(errors) ** 0.5, 2) if len(errors) > 1 else None,
        "sd": round(float(errors.std(ddof=1)), 2) if len(errors) > 1 else None,
        "coverage": round(float(np.mean(inside)), 3) if inside else None,
        "excludes 0": round(float(np.sum(zero_out)) / len(outcomes), 3),
        "s / run": round(seconds / len(outcomes), 2),
    }


def _run(name: str, cell: str, replications: int, one: Callable[[int], Outcome]) -> dict[str, object]:
    started = time.perf_counter()
    outcomes = [one(1000 + seed) for seed in range(replications)]
    row = summarise(name, cell, outcomes, time.perf_counter() - started)
    print(" | ".join(str(value) for value in row.values()), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--worlds", default=",".join([*worlds.WORLDS, "rollout", "ramp"]))
    parser.add_argument("--heard", default=",".join(HEARD))
    parser.add_argument("--out", type=Path, default=RESULTS / "evidence.md")
    chosen = parser.parse_args()
    rows = []
    for name in chosen.worlds.split(","):
        if name in ("rollout", "ramp"):
            rows.append(_run(name, "", chosen.replications, rollout if name == "rollout" else ramp))
            continue
        for cell in chosen.heard.split(","):
            world, heard = worlds.WORLDS[name], HEARD[cell]
            rows.append(_run(name, cell, chosen.replications, lambda seed, w=world, h=heard: coaching(w, h, seed)))
    write(rows, chosen.out)


if __name__ == "__main__":
    main()
