"""What stands beside the primary: co-primary, sensitivity, placebo, selection. Each differs from it in one thing."""

from dataclasses import dataclass, replace

import polars as pl

from pipelines.evidence import fits
from pipelines.evidence.exposure import ABSORBED, FREE_LAGS, LAGGED, LAST_MONTH, Exposed
from pipelines.evidence.results import Diagnostic, Estimate, Findings
from pipelines.evidence.verdict import DISAGREE_ERRORS, LEAD_LEVEL, UNSTABLE_ERRORS, Facts, caveat_reasons

WITHOUT_LAGS = {"mundlak_within", "mundlak_between"}


@dataclass(frozen=True)
class Alternatives:
    """Rows without verdict, and the figures the verdict rule needs from them."""

    rows: list[Estimate]
    lead_p: float | None
    coprimary_errors: float | None
    correction_errors: float | None
    unstable_errors: float | None

    def judged(self, primary: Estimate, facts: Facts) -> Findings:
        """Rows with verdicts. If the lead rejects, those without earlier attainment are withheld."""
        feedback = self.lead_p is not None and self.lead_p < LEAD_LEVEL
        refuse = (
            "Managers react to results (the lead test rejects), and this estimate does not hold earlier attainment."
        )
        blocked = [primary.caveat or ""] if primary.verdict == "withhold" else []
        rows = []
        for row in self.rows:
            reasons = blocked if row.role != "placebo" else []
            if feedback and row.estimator in WITHOUT_LAGS:
                reasons = [*reasons, refuse]
            rows.append(row.judged(reasons, [row.caveat or "", *caveat_reasons(replace(facts, lead_p=None))][:1]))
        return Findings(rows, self._diagnostics(primary))

    def _diagnostics(self, primary: Estimate) -> list[Diagnostic]:
        def row(name: str, value: float | None, threshold: float, passed: bool | None, detail: str) -> Diagnostic:
            return Diagnostic(primary.question, primary.estimator, name, value, detail, threshold, passed)

        def below(value: float | None, limit: float) -> bool | None:
            return None if value is None else value <= limit

        lead_ok = None if self.lead_p is None else self.lead_p >= LEAD_LEVEL
        return [
            row("lead_p_value", self.lead_p, LEAD_LEVEL, lead_ok, "Next month's coaching must not predict attainment."),
            row(
                "coprimary_distance",
                self.coprimary_errors,
                DISAGREE_ERRORS,
                below(self.coprimary_errors, DISAGREE_ERRORS),
                "Standard errors between the primary and the estimate without a half-life.",
            ),
            row(
                "correction_distance",
                self.correction_errors,
                1.0,
                below(self.correction_errors, 1.0),
                "Standard errors by which the measurement correction moves the estimate.",
            ),
            row(
                "last_month_distance",
                self.unstable_errors,
                UNSTABLE_ERRORS,
                below(self.unstable_errors, UNSTABLE_ERRORS),
                "Standard errors by which holding last month's attainment moves the estimate.",
            ),
        ]


def estimate(exposed: Exposed, primary: Estimate) -> Alternatives:
    """All alternatives on the primary's rows. ``primary`` has a number."""
    sample = exposed.sample
    free = _row(primary, sample.filter((pl.col("position") >= 4) | (pl.col("tenure_months") < 4)), FREE_LAGS, LAGGED)
    free = replace(
        free,
        estimator="free_lags",
        role="sensitivity",
        exposure="coached share of each of the four earlier months",
        caveat="Co-primary: needs no half-life, reaches back four months only.",
    )
    held = replace(
        _row(primary, sample, ["D"], LAST_MONTH + LAGGED),
        estimator="last_month_held",
        role="sensitivity",
        caveat=(
            "Holds last month's attainment too, part of which earlier coaching made: a little too "
            "small if coaching works."
        ),
    )
    raw = replace(
        _row(primary, sample, ["D_uncorrected"], LAGGED),
        estimator="uncorrected",
        role="sensitivity",
        caveat="Counts unheard 1:1s as not coached and every flag as right: too small if coaching works.",
    )
    calendar = replace(
        _row(primary, sample, ["D_calendar"], LAGGED),
        estimator="calendar_exposure",
        role="sensitivity",
        exposure="decayed stock of weeks with any 1:1",
        contrast="a 1:1 every week against none",
        caveat="Counts inspection as coaching: shrinks a true effect.",
    )
    survivors = replace(
        _row(primary, sample.filter("is_survivor"), ["D"], LAGGED),
        estimator="survivors_only",
        role="sensitivity",
        population="reps still in seat at the end",
        caveat="Leaves out those who left, as most dashboards do.",
    )
    lead = replace(
        _row(primary, sample, ["lead"], ["D", *LAGGED]),
        estimator="lead_of_exposure",
        role="placebo",
        exposure="coached share of the following month",
        caveat="Must be about zero: coaching to come cannot have worked yet.",
    )
    rows = [free, held, raw, calendar, survivors, *_mundlak(primary, sample), lead]
    return Alternatives(
        rows,
        lead_p=lead.p_value,
        coprimary_errors=_distance(primary, free),
        correction_errors=_distance(primary, raw) if exposed.is_corrected else 0.0,
        unstable_errors=_distance(primary, held),
    )


def _distance(primary: Estimate, other: Estimate) -> float | None:
    """Difference in the primary's standard errors."""
    if primary.estimate is None or other.estimate is None or not primary.std_error:
        return None
    return abs(primary.estimate - other.estimate) / primary.std_error


def _row(
    primary: Estimate, sample: pl.DataFrame, terms: list[str], controls: list[str], absorb: list[str] | None = None
) -> Estimate:
    """A row whose estimate is the sum of ``terms``; empty if it cannot be computed."""
    model = fits.fit(sample, "attainment", [*terms, *controls], absorb or ABSORBED)
    blank = primary.withheld("")
    if model is None or not set(terms) <= set(model.coef):
        return blank
    total, error = model.total(terms)
    if error <= 0:
        return blank
    counted = replace(blank, n_obs=model.n_obs, n_units=model.n_units, n_clusters=model.n_clusters)
    return counted.with_normal_interval(total, error, model.df)


def _mundlak(primary: Estimate, sample: pl.DataFrame) -> list[Estimate]:
    """Within and between: the same model with the rep's mean exposure instead of rep effects, and no lags."""
    means = sample.with_columns(D_mean=pl.col("D").mean().over("rep_id"))
    absorb = ["t", "tenure_months"]
    within = replace(
        _row(primary, means, ["D"], ["D_mean"], absorb),
        estimator="mundlak_within",
        role="sensitivity",
        assumptions="Within a rep, coaching depends on nothing that also moves attainment, earlier results included.",
        caveat="Does not hold earlier attainment.",
    )
    between = replace(
        _row(primary, means, ["D_mean"], ["D"], absorb),
        estimator="mundlak_between",
        role="sensitivity",
        estimand="selection: how much more reps attain who are coached more, beyond what coaching did to them",
        identification="descriptive",
        contrast="reps always coached weekly against reps never coached",
        caveat="Selection, not effect: who gets coached.",
    )
    return [within, between]
