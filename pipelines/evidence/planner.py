"""How long until an effect can be told, from the company's own noise, and a fair test written down before it starts."""

import hashlib
import warnings
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from pipelines.evidence.power import detectable, power
from pipelines.evidence.results import Estimate, Findings, curve_frame

QUESTION, ESTIMATOR = "power", "team_randomised_before_after"
EFFECTS = (0.03, 0.05, 0.08)
MIN_TEAMS, MIN_WINDOWS = 6, 3
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="months until the effect is told with 80 % power",
    population="the teams there are",
    exposure="a change given to half of the teams, drawn at random",
    outcome="monthly attainment",
    unit="months",
    contrast="teams with the change against teams without",
    estimator=ESTIMATOR,
    role="descriptive",
    identification="randomised",
    assumptions="Teams go on moving by themselves as much as they did; each is compared with itself before.",
)


@dataclass(frozen=True)
class Noise:
    """How much teams' mean attainment moves by itself: variance of (mean of k months after - k before), by k.

    ``reps_per_team``: of the teams this was measured on.
    """

    change_variance: dict[int, float]
    reps_per_team: float
    n_teams: int


def own_noise(rep_months: pl.DataFrame) -> Noise | None:
    """From ``team_id, month, rep_id, attainment``: the variance of changes, at every cut the months allow.

    None if there are fewer than six teams or six months.
    """
    teams = (
        rep_months.filter(pl.col("attainment").is_finite())
        .drop_nulls(["team_id", "month"])
        .sort("month", "team_id", "rep_id", "attainment")
        .group_by("month", "team_id", maintain_order=True)  # sums in one order: the same rows give the same last digit
        .agg(pl.col("attainment").mean().alias("y"), pl.len().alias("n"))
    )
    if teams["team_id"].n_unique() < MIN_TEAMS or teams["month"].n_unique() < 2 * MIN_WINDOWS:
        return None
    wide = teams.pivot("team_id", index="month", values="y").drop("month").to_numpy()
    variance = {}
    for k in range(1, 13):
        cuts = range(k, wide.shape[0] - k + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a team unseen on one side of a cut has no change there
            changes = [
                np.nanmean(wide[c : c + k], 0) - np.nanmean(wide[c - k : c], 0)
                for c in cuts
                if _full(wide[c - k : c + k])
            ]
        if len(changes) >= MIN_WINDOWS:
            variance[k] = float(np.mean([np.nanvar(change, ddof=1) for change in changes]))
    return Noise(variance, float(teams["n"].mean()), teams["team_id"].n_unique()) if variance else None  # type: ignore[arg-type]


def _full(block: np.ndarray) -> bool:
    """Whether both halves have at least six teams seen in some month."""
    half = len(block) // 2
    seen = (~np.isnan(block[:half])).any(0) & (~np.isnan(block[half:])).any(0)
    return bool(seen.sum() >= MIN_TEAMS)


def standard_error(noise: Noise, teams: int, reps_per_team: float, months: int) -> float | None:
    """Of the effect when half the teams start at random and are compared on ``months`` after less before.

    The whole variance of team changes is taken to shrink with team size, which holds when reps differ more than teams
    do.
    """
    known = noise.change_variance.get(months)
    if known is None or teams < 2:
        return None
    treated = teams // 2
    scaled = known * noise.reps_per_team / max(reps_per_team, 1.0)
    return float(np.sqrt(scaled * (1 / treated + 1 / (teams - treated))))


def plan(noise: Noise, teams: int, reps_per_team: float, effects: tuple[float, ...] = EFFECTS) -> pl.DataFrame:
    """``effect, months, std_error, power, detectable_effect``: what can be told after each number of months."""
    rows = []
    for months in sorted(noise.change_variance):
        error = standard_error(noise, teams, reps_per_team, months)
        if error is None or error <= 0:
            continue
        df = max(teams - 2, 1)
        rows += [(effect, months, error, power(effect, error, df), detectable(error, df)) for effect in effects]
    names = ["effect", "months", "std_error", "power", "detectable_effect"]
    types = [pl.Float64, pl.Int64, pl.Float64, pl.Float64, pl.Float64]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def plan_findings(rep_months: pl.DataFrame) -> Findings:
    """The plan at the company's own size: months until an effect is told with 80 % power, and the power curves."""
    noise = own_noise(rep_months)
    if noise is None:
        return Findings(
            [TEMPLATE.withheld("Fewer than six teams or six months: the noise of team results cannot be told.")]
        )
    table = plan(noise, noise.n_teams, noise.reps_per_team)
    findings = Findings()
    for effect in EFFECTS:
        part = table.filter(pl.col("effect") == effect)
        enough = part.filter(pl.col("power") >= 0.8)["months"]
        row = replace(TEMPLATE, segment=f"effect={effect:g}", n_clusters=noise.n_teams)
        points = part.select(x=pl.col("months").cast(pl.Float64), estimate="power")
        curve = curve_frame(QUESTION, ESTIMATOR, row.segment, points)
        if len(enough):
            known = replace(row, estimate=float(enough.min()))  # type: ignore[arg-type]
            findings += Findings(
                [known.judged([], [f"With {noise.n_teams} teams of {noise.reps_per_team:.0f} reps."])], [], curve
            )
        else:
            least = float(part["detectable_effect"].min() or float("nan"))  # type: ignore[arg-type]
            said = (
                f"An effect of {effect * 100:.0f} points cannot be told with {noise.n_teams} teams within "
                f"the months planned"
            )
            findings += Findings(
                [row.withheld(f"{said}; the smallest that can is {least * 100:.1f} points.")], [], curve
            )
    return findings


def design_fair_test(
    teams: pl.DataFrame, starts_on: date, seed: int, waves: int = 2, months_between: int = 3
) -> pl.DataFrame:
    """Which teams start when, drawn within groups of alike teams, to be written down before the start.

    Args:
        teams: ``team_id, attainment`` (mean of the last months) and ``reps``.
        starts_on: first day of the first wave.
        waves: number of start dates; teams of the last wave stand against those of the first.

    Returns:
        ``team_id, stratum, wave, starts_on, seed, design_hash``. The hash covers teams, seed and dates: a plan that
        was changed
        afterwards has another one. The same input gives the same draw, whatever the order of rows.
    """
    ranked = teams.select("team_id", "attainment").sort("attainment", "team_id", nulls_last=True)
    rng = np.random.default_rng(seed)
    wave: list[int] = []
    for first in range(0, ranked.height, waves):
        size = min(waves, ranked.height - first)
        wave += (rng.permutation(waves)[:size] + 1).tolist()
    months = [(starts_on.year * 12 + starts_on.month - 1) + (k - 1) * months_between for k in wave]
    dates = [date(m // 12, m % 12 + 1, starts_on.day if k == 1 else 1) for m, k in zip(months, wave, strict=True)]
    drawn = ranked.select("team_id").with_columns(
        stratum=pl.Series([place // waves + 1 for place in range(ranked.height)], dtype=pl.Int64),
        wave=pl.Series(wave, dtype=pl.Int64),
        starts_on=pl.Series(dates, dtype=pl.Date),
        seed=pl.lit(seed, pl.Int64),
    )
    text = drawn.sort("team_id").write_csv()
    return drawn.with_columns(design_hash=pl.lit(hashlib.sha256(text.encode()).hexdigest()[:16])).sort(
        "wave", "team_id"
    )
