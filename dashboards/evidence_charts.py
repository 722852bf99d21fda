"""Drawings of estimates: a frame in, an Altair chart out. Intervals wherever there is one; no numbers are computed here."""

import altair as alt
import polars as pl

from dashboards.charts import CALENDAR, COACHING, INK, INSPECTION, Drawing, colour, finish

ROLE_COLOURS = {"Main": COACHING, "Beside it": CALENDAR, "Must be zero": INSPECTION}
COMPONENT_COLOURS = {"Coaching missing": COACHING, "Ramp too long": INSPECTION, "Leavers too many": "#7a4e6d"}


def forest(frame: pl.DataFrame) -> Drawing:
    """Estimates with intervals, one a line. Columns ``estimator, role, points, points_low, points_high``."""
    base = alt.Chart(frame).encode(
        y=alt.Y("estimator:N", sort=frame["estimator"].to_list(), title=None, axis=alt.Axis(domain=False, ticks=False)),
        color=colour("role", ROLE_COLOURS).legend(None),
        tooltip=[
            alt.Tooltip("estimator:N", title="Estimate"),
            alt.Tooltip("points:Q", title="Points", format="+.1f"),
            alt.Tooltip("points_low:Q", title="95 % from", format="+.1f"),
            alt.Tooltip("points_high:Q", title="to", format="+.1f"),
        ],
    )
    rules = base.mark_rule(strokeWidth=2.5, opacity=0.6).encode(
        x=alt.X("points_low:Q", title="Points of monthly attainment"), x2="points_high:Q"
    )
    return finish(_zero("x") + rules + base.mark_point(filled=True, size=90, opacity=1).encode(x="points:Q"), 300)


def event_study(frame: pl.DataFrame) -> Drawing:
    """Effect by month since the start, with interval. Columns ``month, points, points_low, points_high``."""
    base = alt.Chart(frame).encode(
        x=alt.X("month:Q", title="Months since the team's start", axis=alt.Axis(tickMinStep=1)),
        color=alt.condition(alt.datum.month < 0, alt.value(CALENDAR), alt.value(COACHING)),
        tooltip=[
            alt.Tooltip("month:Q", title="Month"),
            alt.Tooltip("points:Q", title="Points", format="+.1f"),
            alt.Tooltip("points_low:Q", title="95 % from", format="+.1f"),
            alt.Tooltip("points_high:Q", title="to", format="+.1f"),
        ],
    )
    rules = base.mark_rule(strokeWidth=2, opacity=0.5).encode(
        y=alt.Y("points_low:Q", title="Points of attainment"), y2="points_high:Q"
    )
    return finish(_zero("y") + rules + base.mark_point(filled=True, size=70, opacity=1).encode(y="points:Q"), 300)


def _zero(axis: str) -> alt.Chart:
    encoding = {axis: alt.X("zero:Q") if axis == "x" else alt.Y("zero:Q")}
    return (
        alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=INK, strokeDash=[4, 3], opacity=0.6).encode(**encoding)
    )


def hit_rate_decay(frame: pl.DataFrame) -> Drawing:
    """Hit rate by days since training; size: opportunities. Columns ``days, hit_rate, opportunity_count``."""
    base = alt.Chart(frame).encode(
        x=alt.X("days:Q", title="Days since training"),
        y=alt.Y("hit_rate:Q", title="Hit rate", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
    )
    dots = base.mark_point(filled=True, color=COACHING, opacity=0.7).encode(
        size=alt.Size("opportunity_count:Q", legend=None),
        tooltip=[
            alt.Tooltip("days:Q", title="Days"),
            alt.Tooltip("hit_rate:Q", title="Hit rate", format=".0%"),
            alt.Tooltip("opportunity_count:Q", title="Opportunities"),
        ],
    )
    return finish(base.mark_line(color=COACHING, opacity=0.35) + dots, 260)


def folklore(frame: pl.DataFrame) -> Drawing:
    """What is said to be left. Columns ``days, share_left``."""
    line = (
        alt.Chart(frame)
        .mark_line(point=True, strokeDash=[5, 4], color=INSPECTION)
        .encode(
            x=alt.X("days:Q", title="Days since training"),
            y=alt.Y(
                "share_left:Q", title="Said to be left", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])
            ),
            tooltip=[alt.Tooltip("days:Q", title="Days"), alt.Tooltip("share_left:Q", title="Left", format=".0%")],
        )
    )
    return finish(line, 260)


def spread(frame: pl.DataFrame) -> Drawing:
    """Managers by bin of effect, without names. Columns ``points_from, manager_count``."""
    bars = (
        alt.Chart(frame)
        .mark_bar(color=COACHING, width={"band": 0.9})
        .encode(
            x=alt.X("points_from:O", title="Points against the average, bin from", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("manager_count:Q", title="Managers", axis=alt.Axis(tickMinStep=1)),
            tooltip=[
                alt.Tooltip("points_from:O", title="From (points)"),
                alt.Tooltip("manager_count:Q", title="Managers"),
            ],
        )
    )
    return finish(bars, 220)


def power_curves(frame: pl.DataFrame) -> Drawing:
    """Power by months, one line an effect. Columns ``effect_points, months, power``."""
    named = frame.with_columns(pl.format("{} points", pl.col("effect_points").round(0).cast(pl.Int64)).alias("effect"))
    lines = (
        alt.Chart(named)
        .mark_line(strokeWidth=2.2, point=True)
        .encode(
            x=alt.X("months:Q", title="Months before and after the start", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("power:Q", title="Chance to tell it", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("effect:N", scale=alt.Scale(range=[CALENDAR, INSPECTION, COACHING])),
            tooltip=[
                alt.Tooltip("effect:N", title="True effect"),
                alt.Tooltip("months:Q", title="Months"),
                alt.Tooltip("power:Q", title="Chance", format=".0%"),
            ],
        )
    )
    enough = alt.Chart(pl.DataFrame({"enough": [0.8]})).mark_rule(color=INK, strokeDash=[4, 3]).encode(y="enough:Q")
    return finish(lines + enough, 280)


def cost_by_quarter(frame: pl.DataFrame) -> Drawing:
    """Low to high with the middle, by quarter and component. Columns ``quarter_start, component, cost_low/mid/high``."""
    base = alt.Chart(frame).encode(
        x=alt.X(
            "yearquarter(quarter_start):O",
            title=None,
            axis=alt.Axis(labelAngle=0, format="%b %y", domain=False, ticks=False),
        ),
        xOffset=alt.XOffset("component:N", sort=list(COMPONENT_COLOURS)),
        color=colour("component", COMPONENT_COLOURS),
        tooltip=[
            alt.Tooltip("yearquarter(quarter_start):T", title="Quarter from", format="%b %Y"),
            alt.Tooltip("component:N", title="Part"),
            alt.Tooltip("cost_low:Q", title="Low", format=",.0f"),
            alt.Tooltip("cost_mid:Q", title="Middle", format=",.0f"),
            alt.Tooltip("cost_high:Q", title="High", format=",.0f"),
        ],
    )
    rules = base.mark_rule(strokeWidth=7, opacity=0.3).encode(
        y=alt.Y("cost_low:Q", title="Cost, low to high", axis=alt.Axis(format="~s")), y2="cost_high:Q"
    )
    return finish(rules + base.mark_point(filled=True, size=70, opacity=1).encode(y="cost_mid:Q"), 320)
