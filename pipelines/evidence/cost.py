"""Cost of the coaching gap per team and quarter: low, mid, high, inputs with their origin. No estimation."""

import json
from dataclasses import asdict, dataclass, replace

import polars as pl

from pipelines.contracts import EstimatesGapCost
from pipelines.evidence.results import Estimate

GAP_COST = {name: dtype for name, dtype in EstimatesGapCost.create_empty().schema.items() if name != "date"}
TARGET_SHARE = 0.5  # coaching every second week
LAST_RAMP_MONTH = 24  # who has not ramped by then is not a ramp but a performance question


@dataclass(frozen=True)
class Range:
    """One input, low / mid / high, and where it comes from."""

    name: str
    low: float
    mid: float
    high: float
    origin: str  # own_estimate, own_data, company_setting, published_prior, assumption
    note: str


@dataclass(frozen=True)
class CostInputs:
    """Inputs of the three components. ``effect``: attainment a rep-quarter of sustained weekly coaching adds."""

    effect: Range
    margin: Range
    onboarding: Range
    replacement: Range
    currency: str


PRIOR_EFFECT = Range(
    "effect_of_weekly_coaching",
    0.0,
    0.05,
    0.15,
    "published_prior",
    "Sandvik et al. 2020 (randomised, peer meetings): more than 15 % of sales at best; no effect at worst; 5 "
    "points between.",
)
PRIOR_MARGIN = Range("gross_margin", 0.6, 0.7, 0.8, "assumption", "Company setting not given: usual for software.")
PRIOR_ONBOARDING = Range("onboarding_cost", 0.0, 9_589.0, 9_589.0, "published_prior", "$9,589: untraced, so low is 0.")
PRIOR_REPLACEMENT = Range(
    "replacement_cost", 100_000.0, 114_957.0, 150_000.0, "published_prior", "$100-150 k; DePaul 2011 gives $114,957."
)


def effect_input(primary: Estimate | None) -> Range:
    """Own estimate if its verdict is publish, else the stated prior."""
    if primary is None or primary.verdict != "publish" or primary.estimate is None:
        why = "none yet" if primary is None else primary.caveat or primary.verdict
        return replace(PRIOR_EFFECT, note=f"{PRIOR_EFFECT.note} Own estimate not used: {why}")
    low, high = primary.ci_low or 0.0, primary.ci_high or 0.0
    return Range(PRIOR_EFFECT.name, low, primary.estimate, high, "own_estimate", "Own estimate with its 95 % interval.")


def company_input(prior: Range, value: float | None) -> Range:
    """A company setting without a range, else the prior."""
    return prior if value is None else Range(prior.name, value, value, value, "company_setting", "Set by the company.")


def ramp_reference(ramps: list[Estimate]) -> Range:
    """The company's own median ramp with its interval; without one, the published 5.7 months (disputed: 4.3 to 7)."""
    median = next((row for row in ramps if row.estimator == "aalen_johansen_median" and row.segment == "all"), None)
    if median is None or median.estimate is None:
        note = "5.7 months, from 4.3 in 2020; disputed. Own median not reached or withheld."
        return Range("reference_ramp_months", 4.3, 5.7, 7.0, "published_prior", note)
    low, high = median.ci_low or median.estimate, median.ci_high or median.estimate
    return Range("reference_ramp_months", low, median.estimate, high, "own_data", "Own median ramp with its interval.")


def gap_cost(
    rep_quarters: pl.DataFrame, ramp_months: pl.DataFrame, ramp_reference: Range, inputs: CostInputs
) -> pl.DataFrame:
    """Three components per team and quarter.

    Args:
        rep_quarters: ``team_id, quarter_start, rep_id, coached_weeks, heard_weeks, calendar_weeks, weeks_in_quarter,
            quota_amount, is_leaver``.
        ramp_months: months of ramping reps: ``team_id, quarter_start, month_since_start`` (from 1),
        ``full_quota_amount,
            full_quota_attainment``.
        ramp_reference: months a ramp should take; the high one gives the low cost.

    Returns:
        Rows of ``estimates__gap_cost`` without ``date``; ``run_id`` null. Components may not be added up blindly: an
        effect of
        coaching on ramp and leaving is in the last two, so far as it exists, and partly in the first.
    """
    quarters = _coached_share(rep_quarters)
    parts = [_under_coached(quarters, inputs), _ramp(ramp_months, ramp_reference, inputs), _leavers(quarters, inputs)]
    return pl.concat(
        [
            part.with_columns(run_id=pl.lit(None, pl.String), currency=pl.lit(inputs.currency)).select(
                pl.col(name).cast(dtype) for name, dtype in GAP_COST.items()
            )
            for part in parts
        ]
    ).sort("team_id", "quarter_start", "component")


def _coached_share(rep_quarters: pl.DataFrame) -> pl.DataFrame:
    """``share``: coached weeks / weeks, unheard 1:1s taken to be like heard ones; null where none was heard."""
    weeks = pl.col("weeks_in_quarter").cast(pl.Float64)
    of_heard = pl.col("coached_weeks") / pl.max_horizontal("heard_weeks", "coached_weeks")
    held = pl.max_horizontal("calendar_weeks", "heard_weeks")
    share = pl.when(held == 0).then(0.0).when(pl.col("heard_weeks") > 0).then(of_heard * held / weeks)
    return rep_quarters.drop_nulls(["team_id", "quarter_start"]).with_columns(share=share.clip(0.0, 1.0))


def _inputs(*ranges: Range) -> str:
    return json.dumps([asdict(one) for one in ranges], ensure_ascii=False)


def _under_coached(quarters: pl.DataFrame, inputs: CostInputs) -> pl.DataFrame:
    missing = (TARGET_SHARE - pl.col("share")).clip(lower_bound=0.0)
    known = quarters.drop_nulls(["share", "quota_amount"]).with_columns(missing=missing)
    money = (pl.col("missing") * pl.col("quota_amount")).sum()
    effect, margin = inputs.effect, inputs.margin
    caveat = (
        f"Coaching short of every second week (share of weeks below {TARGET_SHARE:g}), in rep-quarters of "
        f"weekly coaching; rep-quarters in which no 1:1 was heard are left out."
    )
    return (
        known.group_by("team_id", "quarter_start", maintain_order=True)
        .agg(pl.col("missing").sum().alias("unit_count"), money.alias("money"))
        .with_columns(
            component=pl.lit("under_coached_reps"),
            cost_low=pl.col("money") * effect.low * margin.low,
            cost_mid=pl.col("money") * effect.mid * margin.mid,
            cost_high=pl.col("money") * effect.high * margin.high,
            inputs=pl.lit(_inputs(effect, margin)),
            caveat=pl.lit(caveat),
        )
    )


def _ramp(ramp_months: pl.DataFrame, reference: Range, inputs: CostInputs) -> pl.DataFrame:
    """Months still ramping beyond the reference, at the month's own shortfall against full quota."""
    margin = inputs.margin
    known = ramp_months.drop_nulls(["team_id", "quarter_start", "full_quota_amount", "full_quota_attainment"])
    shortfall = (1 - pl.col("full_quota_attainment")).clip(0.0, 1.0) * pl.col("full_quota_amount")

    def beyond(limit: float) -> pl.Expr:
        return pl.col("month_since_start").is_between(limit, LAST_RAMP_MONTH, closed="right")

    return (
        known.group_by("team_id", "quarter_start", maintain_order=True)
        .agg(
            beyond(reference.mid).sum().cast(pl.Float64).alias("unit_count"),
            (shortfall.filter(beyond(reference.high)).sum() * margin.low).alias("cost_low"),
            (shortfall.filter(beyond(reference.mid)).sum() * margin.mid).alias("cost_mid"),
            (shortfall.filter(beyond(reference.low)).sum() * margin.high).alias("cost_high"),
        )
        .with_columns(
            component=pl.lit("excess_ramp"),
            inputs=pl.lit(_inputs(reference, margin)),
            caveat=pl.lit(
                "Half of all ramps take longer than the median whatever is done; not all of it is a coaching gap."
            ),
        )
    )


def _leavers(quarters: pl.DataFrame, inputs: CostInputs) -> pl.DataFrame:
    """Leavers among under-coached reps beyond the leaving rate of well-coached ones in the company."""
    known = quarters.drop_nulls("share")
    well = known.filter(pl.col("share") >= TARGET_SHARE)
    enough = well.height >= 20
    source = well if enough else known
    rate = float(source["is_leaver"].cast(pl.Float64).mean() or 0.0) if source.height else 0.0  # type: ignore[arg-type]
    of_whom = "reps coached every second week or more" if enough else "all reps (too few are coached every second week)"
    base = Range("leaving_rate_per_quarter", rate, rate, rate, "own_data", f"Of {of_whom}.")
    excess = (pl.col("is_leaver").sum() - pl.len() * rate).clip(lower_bound=0.0)
    onboarding, replacement = inputs.onboarding, inputs.replacement
    return (
        known.filter(pl.col("share") < TARGET_SHARE)
        .group_by("team_id", "quarter_start", maintain_order=True)
        .agg(excess.cast(pl.Float64).alias("unit_count"))
        .with_columns(
            component=pl.lit("excess_leavers"),
            cost_low=pl.lit(0.0),
            cost_mid=pl.col("unit_count") * (onboarding.mid + replacement.mid),
            cost_high=pl.col("unit_count") * (onboarding.high + replacement.high),
            inputs=pl.lit(_inputs(base, onboarding, replacement)),
            caveat=pl.lit(
                "Low is 0: leaving more when coached less need not be caused by it. A single team's quarter is "
                "mostly chance; only excesses count, so sums lean high."
            ),
        )
    )
