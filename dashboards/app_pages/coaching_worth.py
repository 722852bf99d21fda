"""What coaching is worth: the verdict in words, the number with its interval, what could be wrong, the rows behind it."""

import datetime as dt

import polars as pl
import streamlit as st

from dashboards import charts, evidence_charts, show
from dashboards.data import Marts
from dashboards.figures import coaching_worth as figures
from dashboards.figures import other_evidence as others
from dashboards.verdicts import sentence
from dashboards.words import label
from pipelines.evidence.planner import design_fair_test, own_noise, plan
from pipelines.evidence.power import ENOUGH_POWER

BOXES = {"publish": st.success, "publish_with_caveat": st.warning, "withhold": st.info}


def page() -> None:
    """What does coaching do to quota, how sure is that, and what could be wrong?"""
    marts = show.open_page(
        "What coaching is worth", "What does coaching do to quota, how sure is that, and what could be wrong?"
    )
    _coaching(marts)
    st.divider()
    _rollouts(marts)
    st.divider()
    _training(marts)
    st.divider()
    show.table(marts, others.NUDGES, NUDGE_COLUMNS, row_height=52)
    st.divider()
    show.table(marts, others.LEAVING, LEAVING_COLUMNS, row_height=52)
    st.divider()
    _managers(marts)
    st.divider()
    _planning(marts)
    with st.expander("The rows behind the estimate"):
        show.table(marts, figures.ROWS, ROW_COLUMNS)


def _coaching(marts: Marts) -> None:
    show.heading(marts, figures.VERDICT)
    verdict = marts.frame(figures.VERDICT.sql)
    row = verdict.row(0, named=True) if verdict.height else None
    said = sentence(row, "Weekly coaching and quota", figures.NO_RUN + _hidden(marts))
    BOXES[row["verdict"] if row else "withhold"](said)
    if row:
        st.caption(
            f"Holds only if: {row['assumptions']} · {row['identification'].replace('_', ' ')}, run {row['run_id']},"
            f" code {row['code_version']}, seed {row['seed']}, data as of {row['data_as_of']}"
        )
    headline = (figures.POWER, figures.DETECTABLE, figures.EFFECT, figures.NAIVE_GAP)
    for column, figure in zip(st.columns(len(headline)), headline, strict=True):
        with column:
            show.metric(marts, figure)
    missing = marts.frame(figures.CHECKS.sql).filter(pl.col("diagnostic") == "power_at_5_points")["detail"]
    st.caption(" ".join(missing))
    left, right = st.columns(2, gap="large")
    with left:
        show.chart(marts, figures.ESTIMATES, evidence_charts.forest)
    with right:
        show.chart(marts, figures.BANDS, charts.rates_by_band)
    show.benchmarks(marts, "cadence_attainment")
    show.benchmarks(marts, "causal_prior")
    show.table(marts, figures.CHECKS, CHECK_COLUMNS)
    show.table(marts, figures.SEGMENTS, SEGMENT_COLUMNS)


def _rollouts(marts: Marts) -> None:
    st.subheader("Roll-outs", anchor=False)
    known = marts.frame(others.PROGRAMMES.sql)
    if known.is_empty():
        st.info("No programme with start dates by team has been estimated." + _hidden(marts))
        return
    names = dict(zip(known["segment"], known["programme"], strict=True))
    segment = st.selectbox("Programme", list(names), format_func=lambda key: str(names[key]), width=420)
    row = marts.frame(others.ROLLOUT_VERDICT.sql, segment=segment).row(0, named=True)
    name = str(names[segment])
    BOXES[row["verdict"]](sentence(row, name[:1].upper() + name[1:], ""))
    st.caption(f"Holds only if: {row['assumptions']}")
    left, right = st.columns(2, gap="large")
    with left:
        show.table(marts, others.ROLLOUT, ROLLOUT_COLUMNS, row_height=52, segment=segment)
    with right:
        show.chart(marts, others.EVENT_STUDY, evidence_charts.event_study, segment=segment)


def _training(marts: Marts) -> None:
    show.table(marts, others.HALF_LIVES, HALF_LIFE_COLUMNS)
    segments = marts.frame(others.BEHAVIOURS.sql)["segment"].to_list()
    left, right = st.columns([3, 2], gap="large")
    with left:
        if segments:
            names = {segment: label(segment.split("=")[-1]) for segment in segments}
            segment = st.selectbox("Behaviour", segments, format_func=lambda key: names[key], width=360)
            show.chart(marts, others.DECAY, evidence_charts.hit_rate_decay, segment=segment)
    with right:
        show.chart(marts, others.FOLKLORE, evidence_charts.folklore)
        show.benchmarks(marts, "retention")


def _managers(marts: Marts) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        show.metric(marts, others.LOTTERY)
        show.metric(marts, others.SCORE_LOTTERY)
        st.caption("Holds territories, hiring and luck as well as managing: a reason to look, never a ranking.")
    with right:
        show.chart(marts, others.SPREAD, evidence_charts.spread)


def _planning(marts: Marts) -> None:
    show.chart(marts, others.PLAN, evidence_charts.power_curves)
    _plan_of_ones_own(marts)
    teams = show.heading(marts, others.TEAMS)
    if teams.is_empty():
        st.info(others.TEAMS.empty + _hidden(marts))
        return
    show.write_rows(teams, TEAM_COLUMNS)
    st.markdown("**A fair test**: teams in order of attainment, drawn in pairs, one starts first, the other later.")
    first, second, third = st.columns(3)
    starts_on = first.date_input("First wave starts on", marts.as_of + dt.timedelta(days=30))
    months = second.number_input("Months between the waves", 1, 12, 3)
    seed = third.number_input("Seed of the draw", 0, 10**9, 1)
    if isinstance(starts_on, dt.date) and teams.height >= 2:
        design = design_fair_test(teams, starts_on, int(seed), months_between=int(months))
        st.download_button(
            "Write the draw down before the start (CSV)",
            design.write_csv(),
            f"fair_test_{design['design_hash'][0]}.csv",
        )
        st.caption(
            f"{teams.height} teams, seed {seed}, fingerprint {design['design_hash'][0]}: a draw changed afterwards has"
            " another one. Land the start dates as a programme, and the roll-out is estimated from them."
        )


def _plan_of_ones_own(marts: Marts) -> None:
    """The same for other numbers of teams and reps, and any effect."""
    noise = own_noise(marts.frame(others.TEAM_MONTHS.sql))
    if noise is None:
        return
    first, second, third = st.columns(3)
    teams = first.number_input("Teams", 2, 500, noise.n_teams)
    reps = second.number_input("Reps a team", 1, 50, max(round(noise.reps_per_team), 1))
    effect = third.number_input("True effect, points", 1.0, 30.0, 5.0, 0.5)
    told = plan(noise, int(teams), float(reps), (effect / 100,))
    enough = told.filter(pl.col("power") >= ENOUGH_POWER)
    if enough.height:
        months = min(enough["months"].to_list())
        st.markdown(
            f"With {teams} teams of {reps} reps, {effect:g} points are told after **{months} months** on each side."
        )
    elif told.height:
        least = 100 * min(told["detectable_effect"].to_list())
        st.markdown(
            f"With {teams} teams of {reps} reps, {effect:g} points **cannot be told** within {max(told['months'].to_list())} months;"
            f" {least:.1f} points could."
        )


def _hidden(marts: Marts) -> str:
    return "" if marts.viewer.sees_everything else " Company-wide figures are shown to leaders only."


def _points(title: str) -> st.column_config.NumberColumn:  # type: ignore[valid-type]
    return st.column_config.NumberColumn(title, format="%.1f")


CHECK_COLUMNS = {
    "diagnostic": "Check",
    "value": st.column_config.NumberColumn("Found", format="%.2f"),
    "threshold": st.column_config.NumberColumn("Needed", format="%.2f"),
    "is_passed": "Holds",
    "detail": st.column_config.TextColumn("In words", width="large"),
}
SEGMENT_COLUMNS = {
    "part": "By",
    "part_value": "Group",
    "points": _points("Points"),
    "points_low": _points("95 % from"),
    "points_high": _points("to"),
    "rep_count": "Reps",
    "verdict": "Verdict",
    "caveat": st.column_config.TextColumn("Why", width="large"),
}
ROLLOUT_COLUMNS = {
    "estimator": "Method",
    "role": "Role",
    "verdict": "Verdict",
    "points": _points("Points"),
    "points_low": _points("95 % from"),
    "points_high": _points("to"),
    "team_count": "Teams",
    "caveat": st.column_config.TextColumn("What to know", width="large"),
}
HALF_LIFE_COLUMNS = {
    "behaviour": "Behaviour",
    "half_life_days": st.column_config.NumberColumn("Half-life, days", format="%.0f"),
    "half_life_low": st.column_config.NumberColumn("from", format="%.0f"),
    "half_life_high": st.column_config.NumberColumn("to", format="%.0f"),
    "gain_points": _points("Gain, points"),
    "gain_low": _points("95 % from"),
    "gain_high": _points("to"),
    "q_value": st.column_config.NumberColumn("q", format="%.2f"),
    "half_life_caveat": st.column_config.TextColumn("About the half-life", width="large"),
}
NUDGE_COLUMNS = {
    "behaviour": "Behaviour",
    "estimator": "Method",
    "verdict": "Verdict",
    "points": _points("Points"),
    "points_low": _points("95 % from"),
    "points_high": _points("to"),
    "q_value": st.column_config.NumberColumn("q", format="%.2f"),
    "rep_count": "Reps",
    "caveat": st.column_config.TextColumn("What to know", width="large"),
}
LEAVING_COLUMNS = {
    "question": "Question",
    "segment": "Who",
    "estimand": None,
    "hazard_ratio": st.column_config.NumberColumn("Ratio", format="%.2f"),
    "ratio_low": st.column_config.NumberColumn("95 % from", format="%.2f"),
    "ratio_high": st.column_config.NumberColumn("to", format="%.2f"),
    "event_count": "Events",
    "rep_count": "Reps",
    "verdict": "Verdict",
    "caveat": st.column_config.TextColumn("What to know", width="large"),
}
TEAM_COLUMNS = {"team_id": "Team", "attainment": show.share("Attainment"), "reps": "Reps"}
ROW_COLUMNS = {
    "rep_id": "Rep",
    "manager_id": "Manager",
    "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
    "tenure_months": "Months in seat",
    "attainment": show.share("Attainment"),
    "coached_weeks": "Weeks coached",
    "heard_weeks": "heard",
    "calendar_weeks": "with a 1:1",
}

page()
