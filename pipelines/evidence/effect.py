"""Coaching to quota: the one door, the primary estimate, its power and its verdict.

What stands beside the primary is in ``alternatives.py``, ``segments.py``, ``half_life.py`` and ``bands.py``.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from pipelines.evidence import alternatives, bands, fits, half_life, measurement, segments
from pipelines.evidence.exposure import ABSORBED, LAGGED, Exposed, expose
from pipelines.evidence.panel import UnusablePanel
from pipelines.evidence.power import CAVEAT_EFFECT, power, power_diagnostics, rows_needed
from pipelines.evidence.results import Diagnostic, Estimate, Findings, estimates_frame
from pipelines.evidence.verdict import Facts, caveat_reasons, withhold_reasons

QUESTION = "coaching_effect"
PRIMARY = "two_way_fe_lagged_attainment"
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="effect of sustained weekly coaching on monthly attainment, averaged over reps whose coaching changes",
    population="reps in seat",
    exposure="decayed stock of coached weeks of earlier months, sustained weekly = 1",
    outcome="monthly attainment",
    unit="attainment",
    contrast="sustained weekly coaching against none",
    estimator=PRIMARY,
    role="primary",
    identification="fixed_effects",
    assumptions=(
        "Within a rep, and compared with the same manager's other reps in the same month and with others of the same "
        "tenure, coaching depends on nothing that also moves attainment, beyond attainment two to four months earlier."
    ),
)


def estimate_coaching_effect(
    rep_months: pl.DataFrame, sensitivity: float | None, specificity: float | None, half_life_weeks: float = 5.0
) -> pl.DataFrame:
    """What sustained weekly coaching does to attainment, with everything that must stand beside the number.

    Args:
        rep_months: ``rep_id, manager_id, month, tenure_months, attainment`` (fraction), ``coached_weeks`` (null:
        nothing
            heard), ``heard_weeks, calendar_weeks``; optionally ``tier`` and ``weeks_in_month`` (weeks in seat).
        sensitivity, specificity: of the coached-week flag against people; None: not known, then the verdict is
        withhold.
        half_life_weeks: weeks after which coaching counts half.

    Returns:
        Rows of ``estimates__estimates``; exactly one has ``role = primary, segment = all, ci_level = .95``. Where a
        verdict
        is withhold there is a sentence in ``caveat`` and no number. Never raises for what the rows hold.
    """
    return estimates_frame(analyse_coaching_effect(rep_months, sensitivity, specificity, half_life_weeks).estimates)


def analyse_coaching_effect(
    rep_months: pl.DataFrame,
    sensitivity: float | None,
    specificity: float | None,
    half_life_weeks: float = 5.0,
    seed: int = 0,
) -> Findings:
    """The same with the checks and curves behind the estimates."""
    known = _known_rate(sensitivity), _known_rate(specificity)
    agreement_known = None not in known and sum(known) - 1 > measurement.LEAST_INFORMATION  # type: ignore[arg-type]
    if not (half_life_weeks > 0 and math.isfinite(half_life_weeks)):
        return Findings([TEMPLATE.withheld("The half-life must be a number of weeks above 0.")])
    try:
        exposed = expose(rep_months, *(known if agreement_known else (1.0, 1.0)), half_life_weeks)  # type: ignore[arg-type]
    except UnusablePanel as problem:
        return Findings([TEMPLATE.withheld(str(problem))])
    if exposed.sample.is_empty():
        return Findings([TEMPLATE.withheld(_no_rows(exposed))])
    findings = judge(exposed, agreement_known, seed)
    primary = findings.estimates[0]
    if primary.verdict != "withhold":
        findings += segments.by_segment(exposed, primary) + half_life.profile(exposed, primary)
    return findings + bands.describe(exposed)


def judge(exposed: Exposed, agreement_known: bool, seed: int = 0) -> Findings:
    """The primary first, with its verdict, then what the verdict rests on."""
    primary, facts, diagnostics = _primary(exposed, agreement_known, seed)
    before = withhold_reasons(facts)
    if before or primary.estimate is None:
        return Findings([primary.judged(before, [])], diagnostics)
    others = alternatives.estimate(exposed, primary)
    facts = replace(
        facts,
        lead_p=others.lead_p,
        coprimary_errors=others.coprimary_errors,
        correction_errors=others.correction_errors,
        unstable_errors=others.unstable_errors,
    )
    judged = primary.judged(withhold_reasons(facts), caveat_reasons(facts))
    return Findings([judged], diagnostics) + others.judged(judged, facts)


def _known_rate(rate: float | None) -> float | None:
    return rate if rate is not None and math.isfinite(rate) and 0 <= rate <= 1 else None


def _no_rows(exposed: Exposed) -> str:
    reps = exposed.grid["rep_id"].n_unique()
    return (
        f"None of the {reps} reps has a month with known attainment and known coaching before it (three earlier "
        f"months, or the first day in seat), so nothing can be compared."
    )


def _primary(exposed: Exposed, agreement_known: bool, seed: int) -> tuple[Estimate, Facts, list[Diagnostic]]:
    """The primary row without its verdict, what is known for the verdict so far, and the checks."""
    sample = exposed.sample
    row = replace(
        TEMPLATE,
        n_obs=sample.height,
        n_units=sample["rep_id"].n_unique(),
        n_clusters=sample["manager_id"].n_unique(),
        window_start=sample["month"].min(),  # type: ignore[arg-type]
        window_end=sample["month"].max(),  # type: ignore[arg-type]
    )
    facts = Facts(
        n_clusters=row.n_clusters or 0,
        n_units=row.n_units,
        varying_share=exposed.varying_share(),
        heard_share=exposed.heard_share(),
        agreement_known=agreement_known,
    )
    model = fits.fit(sample, "attainment", ["D", *LAGGED], ABSORBED)
    own = _own_variation(sample)
    facts = replace(facts, own_variation=own)
    if model is None or "D" not in model.coef or model.se("D") <= 0:
        reason = 0.0 if own is None else own
        return row, replace(facts, own_variation=reason), _panel_diagnostics(exposed, facts)
    error = math.hypot(model.se("D"), _calibration_error(exposed, seed))
    row = replace(row, n_obs=model.n_obs, n_units=model.n_units, n_clusters=model.n_clusters)
    row = row.with_normal_interval(model.coef["D"], error, model.df)
    facts = replace(
        facts,
        n_units=model.n_units,
        n_clusters=model.n_clusters,
        power_5=power(CAVEAT_EFFECT, error, model.df),
        rows_missing=max(rows_needed(model.n_obs, error, CAVEAT_EFFECT, model.df) - model.n_obs, 0),
    )
    diagnostics = power_diagnostics(QUESTION, PRIMARY, error, model.n_obs, model.df)
    return row, facts, diagnostics + _panel_diagnostics(exposed, facts)


def _own_variation(sample: pl.DataFrame) -> float | None:
    """Share of the exposure's variance that absorbed effects and controls leave.

    Of the month's own coaching too, among reps of a team and month: where all are coached alike, new reps' stocks still
    differ, because they start at 0, and would look like a comparison.
    """
    asked = {"D": (LAGGED, ABSORBED), "share": ([], ["rep_id", "team_month"])}
    shares = []
    for name, (terms, absorb) in asked.items():
        total = float(sample[name].var() or 0.0)  # type: ignore[arg-type]
        if total <= 1e-12:
            return 0.0
        left = fits.residuals(sample, [name], terms, absorb)
        if left is None:
            return None
        shares.append(float(np.var(left[:, 0]) / total))
    return min(shares)


def _calibration_error(exposed: Exposed, seed: int) -> float:
    """Standard error that not knowing sensitivity and specificity exactly adds, from 25 draws of them."""
    if exposed.sensitivity >= 1 and exposed.specificity >= 1:
        return 0.0
    rates = measurement.rates_drawn(exposed.sensitivity, exposed.specificity, seed)
    drawn = {
        f"D{k}": exposed.stock(measurement.calibrated_share(exposed.heard, exposed.rates, *pair))
        for k, pair in enumerate(rates)
    }
    sample = exposed.grid.with_columns(**drawn).filter("is_analysed")
    left: Any = fits.residuals(sample, [*drawn, "attainment"], LAGGED, ABSORBED)
    if left is None or len(drawn) < 2:
        return 0.0
    effects = left[:, :-1].T @ left[:, -1] / np.maximum((left[:, :-1] ** 2).sum(0), 1e-12)
    return float(np.sqrt((1 + 1 / len(drawn)) * np.var(effects, ddof=1)))


def _panel_diagnostics(exposed: Exposed, facts: Facts) -> list[Diagnostic]:
    def row(name: str, value: float | None, threshold: float | None, passed: bool | None, detail: str) -> Diagnostic:
        return Diagnostic(QUESTION, PRIMARY, name, value, detail, threshold, passed)

    heard = facts.heard_share
    rates = f"sensitivity {exposed.sensitivity:.2f}, specificity {exposed.specificity:.2f}"
    return [
        row("clusters", facts.n_clusters, 10, facts.n_clusters >= 10, "Managers among the rows analysed."),
        row("units", facts.n_units, 60, facts.n_units >= 60, "Reps among the rows analysed."),
        row("varying_share", facts.varying_share, 0.2, facts.varying_share >= 0.2, "Reps whose coaching changes."),
        row("heard_share", heard, 0.5, heard is not None and heard >= 0.5, "1:1s heard / 1:1s held."),
        row("agreement", None, None, facts.agreement_known, rates if facts.agreement_known else "not known"),
        row("own_variation", facts.own_variation, None, None, "Variance of exposure left after absorbed effects."),
        row("rows_analysed", exposed.sample.height, None, None, " ".join(exposed.notes) or "No row was set aside."),
    ]
