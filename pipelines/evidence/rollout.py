"""Staggered roll-outs (AI feedback, a programme, a rubric): did2s primary, the others beside it, pre-trends printed.

Estimated on team x month x tenure cells with weights: rep effects would ask for two untreated months of every rep, and
rep-months for gigabytes. Not here: randomised nudges (``nudges.py``).
"""

from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.evidence import fits, staggered
from pipelines.evidence.panel import UnusablePanel, check_panel
from pipelines.evidence.power import power_diagnostics
from pipelines.evidence.results import Diagnostic, Estimate, Findings, curve_frame, estimates_frame

QUESTION, PRIMARY = "rollout", "did2s"
MIN_TEAMS, MIN_REPS, MIN_TREATED, CAVEAT_TEAMS = 10, 60, 3, 30
PRE_TREND_LEVEL = 0.01
# Ramping is over after two years: later months share a level, so that cells stay few. Bins end before these months.
TENURE_EDGES = [*range(1, 13), 15, 18, 24]
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="mean effect of the roll-out on monthly attainment in the team-months after it (ATT)",
    population="reps of teams that started",
    exposure="month at or after the team's start",
    outcome="monthly attainment",
    unit="attainment",
    contrast="with the roll-out against without",
    estimator=PRIMARY,
    role="primary",
    identification="did",
    assumptions=(
        "Without it, teams that started would have moved as teams not yet started did, at equal tenure; nobody acts on "
        "it before it starts."
    ),
)


def estimate_rollout(rep_months: pl.DataFrame) -> pl.DataFrame:
    """Effect of a staggered roll-out.

    Args:
        rep_months: ``rep_id, manager_id, month, tenure_months, attainment, team_id, rollout_month`` (null: never).

    Returns:
        Rows of ``estimates__estimates``; exactly one with ``role = primary, segment = all``. Never raises for what
        the rows
        hold: ``withhold`` with a sentence instead.
    """
    return estimates_frame(analyse_rollout(rep_months).estimates)


def analyse_rollout(rep_months: pl.DataFrame) -> Findings:
    """The same with pre-trend test, event-study curve and power."""
    try:
        cells, notes = _cells(rep_months)
    except UnusablePanel as problem:
        return Findings([TEMPLATE.withheld(str(problem))])
    usable, dropped = _comparable(cells)
    if dropped:
        notes.append(f"{dropped} cells without any comparable untreated cell were set aside.")
    row = replace(
        TEMPLATE,
        n_obs=int(usable["n"].sum() or 0),
        n_units=usable["reps"].list.explode(keep_nulls=False, empty_as_null=False).n_unique() if usable.height else 0,
        n_clusters=usable["team"].n_unique(),
        window_start=usable["month"].min(),  # type: ignore[arg-type]
        window_end=usable["month"].max(),  # type: ignore[arg-type]
    )
    reasons = _withhold(row, cells, usable)
    if reasons:
        return Findings([row.judged(reasons, [])])
    model = staggered.did2s(usable, "~ i(treated)")
    if model is None:
        return Findings([row.withheld("The estimate could not be computed from these rows.")])
    df = usable["team"].n_unique() - 1
    row = row.with_normal_interval(float(model[0][0]), float(np.sqrt(model[1][0, 0])), df)
    leads, pre_p = staggered.pre_trend(usable, df)
    caveats = _caveats(row, pre_p)
    judged = row.judged([], caveats)
    checks = [
        *power_diagnostics(QUESTION, PRIMARY, judged.std_error or 0.0, judged.n_obs, df),
        Diagnostic(
            QUESTION,
            PRIMARY,
            "pre_trend_p_value",
            pre_p,
            f"Joint test that the {staggered.LEADS} months before the start differ in nothing from earlier months and "
            f"other teams.",
            PRE_TREND_LEVEL,
            None if pre_p is None else pre_p >= PRE_TREND_LEVEL,
        ),
        Diagnostic(
            QUESTION, PRIMARY, "teams", df + 1, " ".join(notes) or "No cell was set aside.", 30, df + 1 >= CAVEAT_TEAMS
        ),
    ]
    return Findings(
        [judged, *_beside(judged, usable)],
        checks,
        curve_frame(QUESTION, PRIMARY, "all", staggered.event_study(usable, leads, df)),
    )


def _cells(rep_months: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Team x month x tenure cells: mean attainment, weight, whether treated."""
    given = rep_months if "manager_id" in rep_months.columns else rep_months.with_columns(manager_id=pl.lit("none"))
    panel = check_panel(given, coaching=False, extra=("team_id", "rollout_month"))
    start = pl.col("rollout_month")
    start = (
        start.str.slice(0, 10).str.to_date(strict=False) if panel.rows.schema["rollout_month"] == pl.String else start
    )
    rows = panel.rows.with_columns(
        pl.col("team_id").cast(pl.String), start.cast(pl.Date, strict=False).dt.truncate("1mo")
    )
    known = rows.drop_nulls(["team_id", "attainment"])
    notes = [*panel.notes]
    if known.height < rows.height:
        notes.append(f"{rows.height - known.height} rep-months without team or attainment were set aside.")
    if known.is_empty():
        raise UnusablePanel("No rep-month has both a team and a known attainment.")
    starts = known.group_by("team_id").agg(
        pl.col("rollout_month").min(), pl.col("rollout_month").n_unique().alias("kinds")
    )
    mixed = starts.filter(pl.col("kinds") > 1).height
    if mixed:
        notes.append(f"{mixed} teams carry more than one start; the first is taken.")
    month_number = pl.col("month").dt.year().cast(pl.Int64) * 12 + pl.col("month").dt.month()
    start_number = pl.col("rollout_month").dt.year().cast(pl.Int64) * 12 + pl.col("rollout_month").dt.month()
    bins = pl.col("tenure_months").cut(TENURE_EDGES, left_closed=True).to_physical().cast(pl.Int64).fill_null(-1)
    return (
        known.drop("rollout_month")
        .join(starts.drop("kinds"), on="team_id")
        .with_columns(tenure=bins, t=month_number, start=start_number)
        .group_by("team_id", "month", "t", "start", "tenure")
        .agg(pl.col("attainment").mean(), pl.len().cast(pl.Float64).alias("n"), pl.col("rep_id").unique().alias("reps"))
        .with_columns(
            team=pl.col("team_id").rank("dense").cast(pl.Int64),
            treated=(pl.col("t") >= pl.col("start")).fill_null(False).cast(pl.Int64),
            since=(pl.col("t") - pl.col("start")),
        )
        .sort("team", "t", "tenure")
    ), notes


def _comparable(cells: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Cells whose team, month and tenure all occur untreated, so that their untreated outcome can be told."""
    kept = cells
    while True:
        free = kept.filter(pl.col("treated") == 0)
        smaller = kept
        for level in ("team", "t", "tenure"):
            smaller = smaller.join(free.select(level).unique(), on=level, how="semi")
        if smaller.height == kept.height:
            return kept.sort("team", "t", "tenure"), cells.height - kept.height
        kept = smaller


def _withhold(row: Estimate, cells: pl.DataFrame, usable: pl.DataFrame) -> list[str]:
    reasons = []
    started = cells.filter(pl.col("treated") == 1)["team"].n_unique()
    if not started:
        return ["No team has started within these months, so there is nothing to compare."]
    if (row.n_clusters or 0) < MIN_TEAMS:
        reasons.append(
            f"Only {row.n_clusters} teams can be compared; {MIN_TEAMS} are needed, and 30 for a plain verdict."
        )
    if row.n_units < MIN_REPS:
        reasons.append(f"Only {row.n_units} reps can be compared; {MIN_REPS} are needed.")
    treated = usable.filter(pl.col("treated") == 1)["team"].n_unique()
    if treated < MIN_TREATED:
        reasons.append(
            f"Of {started} teams that started, {treated} have a month before the start and others not yet "
            f"started to stand "
            f"against; {MIN_TREATED} are needed. If all start at once, nothing is left to compare with."
        )
    elif float(usable["attainment"].std() or 0.0) <= 1e-12:  # type: ignore[arg-type]
        reasons.append("Attainment is the same in every cell.")
    return reasons


def _caveats(row: Estimate, pre_p: float | None) -> list[str]:
    found = []
    if (row.n_clusters or 0) < CAVEAT_TEAMS:
        found.append(f"Only {row.n_clusters} teams: intervals are somewhat too narrow below {CAVEAT_TEAMS}.")
    if pre_p is not None and pre_p < PRE_TREND_LEVEL:
        found.append("Teams were already moving apart before the start (the pre-trend test rejects).")
    if pre_p is None:
        found.append("Too few months before the start to test for trends.")
    return found


def _beside(primary: Estimate, cells: pl.DataFrame) -> list[Estimate]:
    """Saturated event study, static two-way effects and before/after on the same cells."""
    blank = primary.withheld("")
    static = fits.fit(
        cells, "attainment", ["treated"], ["team", "t", "tenure"], cluster="team", unit="team", weights="n"
    )
    ever = cells.drop_nulls("start")
    naive = fits.fit(ever, "attainment", ["treated"], ["team"], cluster="team", unit="team", weights="n")
    cohort = replace(blank, estimator="saturated_event_study", role="sensitivity")
    found = staggered.saturated(cells)
    if found is None:
        rows = [cohort.judged([], [])]
    else:
        alone = cohort.with_normal_interval(*found, cells["team"].n_unique() - 1)
        rows = [alone.judged([], ["On team means without tenure; teams weigh alike."])]
    wrong = "Wrong where effects grow: teams already started serve as controls for later ones."
    for name, model, role, caveat, kind in (
        ("static_two_way_fe", static, "sensitivity", wrong, "did"),
        ("before_after", naive, "descriptive", "Counts every trend and season as effect.", "descriptive"),
    ):
        row = replace(blank, estimator=name, role=role, identification=kind)
        if model is not None and "treated" in model.coef and model.se("treated") > 0:
            row = row.with_normal_interval(model.coef["treated"], model.se("treated"), model.df).judged([], [caveat])
        else:
            row = row.judged([], [])
        rows.append(row)
    return rows
