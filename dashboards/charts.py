"""Drawings: a frame in, an Altair chart out. Intervals wherever there is an estimate; no numbers are computed here."""

import altair as alt
import polars as pl

Drawing = alt.LayerChart | alt.Chart
COACHING = "#0f5c63"
INSPECTION = "#c2873a"
OTHER = "#c9d0d3"
CALENDAR = "#8a97a5"
INK = "#1d2733"
GRID = "#e9ece9"
KIND_COLOURS = {"Coaching": COACHING, "Inspection": INSPECTION, "Other": OTHER}
BASIS_COLOURS = {"Coaching heard": COACHING, "1:1s on the calendar": CALENDAR}
GROUP_COLOURS = [COACHING, INSPECTION, "#7a4e6d", "#6b8f5e", "#4a6fa5", "#b05a5a"]
KNOWN_GROUPS = ["SMB", "Mid-market", "Enterprise"]  # drawn in this order and always in the same colours
SUBJECT_COLOURS = {"Customer calls": CALENDAR, "Manager 1:1s": COACHING}
WHO_COLOURS = {"Leader claims": INSPECTION, "Reps report": CALENDAR, "Heard": COACHING}
MEASURE_COLOURS = {"Customer calls analysed": CALENDAR, "1:1s heard": COACHING}
BAND_ORDER = ["Weekly", "Biweekly", "Monthly", "Quarterly or less", "None", "Unknown"]


def finish(chart: Drawing, height: int) -> Drawing:
    """The look all drawings share."""
    return (
        chart.properties(height=height)
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=GRID, domainColor="#b8c0c4", tickColor="#b8c0c4", labelPadding=6, titlePadding=10, labelLimit=220
        )
        .configure_legend(orient="top", title=None, labelLimit=240, symbolType="square", symbolOpacity=1, offset=4)
    )


def colour(field: str, colours: dict[str, str]) -> alt.Color:
    """Colours of named values, in that order."""
    return alt.Color(
        f"{field}:N",
        title=None,
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        sort=list(colours),
    )


def _group_colour(field: str, names: pl.Series) -> alt.Color:
    """Colours of segments or cohorts; the company as a whole is grey."""
    found = set(names.drop_nulls())
    groups = KNOWN_GROUPS if found & set(KNOWN_GROUPS) else []
    groups = [*groups, *sorted(found - set(groups) - {"All segments"})]
    colours = dict(zip(groups, GROUP_COLOURS * len(groups), strict=False))
    colours |= {"All segments": CALENDAR} if "All segments" in found else {}
    return colour(field, {name: colour for name, colour in colours.items() if name in found})


def hours_by_month(frame: pl.DataFrame) -> Drawing:
    """Stacked hours per month. Columns ``month, kind, hours``."""
    bars = (
        alt.Chart(frame)
        .mark_bar(width={"band": 0.75})
        .encode(
            x=alt.X("yearmonth(month):O", title=None, axis=alt.Axis(labelAngle=0, format="%b %y", labelOverlap=True)),
            y=alt.Y("hours:Q", title="Hours", axis=alt.Axis(tickCount=5)),
            color=colour("kind", KIND_COLOURS),
            order=alt.Order("stack_order:Q"),
            tooltip=[
                alt.Tooltip("yearmonth(month):T", title="Month", format="%b %Y"),
                alt.Tooltip("kind:N", title="Kind"),
                alt.Tooltip("hours:Q", title="Hours", format=",.0f"),
                alt.Tooltip("heard_share:Q", title="1:1s heard", format=".0%"),
            ],
        )
    )
    return finish(bars, 280)


def rates_by_band(frame: pl.DataFrame) -> Drawing:
    """Rates with intervals by cadence band, the two ways of counting side by side.

    Columns ``basis, band, rate, ci_low, ci_high, rep_quarter_count``.
    """
    base = alt.Chart(frame).encode(
        x=alt.X("band:N", sort=BAND_ORDER, title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False)),
        xOffset=alt.XOffset("basis:N", sort=list(BASIS_COLOURS)),
        color=colour("basis", BASIS_COLOURS),
        tooltip=[
            alt.Tooltip("basis:N", title="Counted by"),
            alt.Tooltip("band:N", title="Cadence"),
            alt.Tooltip("rate:Q", title="At quota", format=".0%"),
            alt.Tooltip("ci_low:Q", title="95 % interval from", format=".0%"),
            alt.Tooltip("ci_high:Q", title="to", format=".0%"),
            alt.Tooltip("rep_quarter_count:Q", title="Rep-quarters", format=",d"),
        ],
    )
    rules = base.mark_rule(strokeWidth=2, opacity=0.55).encode(
        y=alt.Y(
            "ci_low:Q",
            title="Rep-quarters at quota",
            axis=alt.Axis(format=".0%", tickCount=5),
            scale=alt.Scale(zero=True),
        ),
        y2="ci_high:Q",
    )
    points = base.mark_point(filled=True, size=110, opacity=1).encode(y="rate:Q")
    labels = (
        base.mark_text(dx=9, align="left", fontSize=12)
        .transform_calculate(written="format(datum.rate, '.0%') + '  (' + datum.rep_quarters_count + ')'")
        .encode(y="rate:Q", text="written:N")
    )
    return finish(rules + points + labels, 320)


def share_by_manager(frame: pl.DataFrame) -> Drawing:
    """One dot a manager: share of working time, coaching heard against 1:1s on the calendar.

    Columns ``manager, basis, share``.
    """
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "manager:N",
            sort=alt.EncodingSortField("share", op="max", order="descending"),
            title=None,
            axis=alt.Axis(domain=False, ticks=False, labelPadding=12),
        ),
        x=alt.X("share:Q", title="Share of working time", axis=alt.Axis(format=".0%", tickCount=6)),
    )
    line = base.mark_line(color=GRID, strokeWidth=3).encode(detail="manager:N")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        color=colour("basis", BASIS_COLOURS),
        tooltip=[
            "manager:N",
            alt.Tooltip("basis:N", title="Counted by"),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
        ],
    )
    return finish(line + dots, max(160, 20 * frame["manager"].n_unique()))


def survival_curves(frame: pl.DataFrame) -> Drawing:
    """Share still ramping by month in seat, with a 95 % band.

    Columns ``group_name, month, share, ci_low, ci_high``; a step holds until the next row.
    """
    colour = _group_colour("group_name", frame["group_name"])
    base = alt.Chart(frame).encode(
        x=alt.X("month:Q", title="Months in seat", axis=alt.Axis(tickMinStep=1)), color=colour
    )
    band = base.mark_area(interpolate="step-after", opacity=0.13).encode(y="ci_low:Q", y2="ci_high:Q")
    line = base.mark_line(interpolate="step-after", strokeWidth=2.2).encode(
        y=alt.Y("share:Q", title="Still ramping", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
        tooltip=[
            alt.Tooltip("group_name:N", title="Group"),
            alt.Tooltip("month:Q", title="Month"),
            alt.Tooltip("share:Q", title="Still ramping", format=".0%"),
            alt.Tooltip("ci_low:Q", title="95 % from", format=".0%"),
            alt.Tooltip("ci_high:Q", title="to", format=".0%"),
        ],
    )
    return finish(band + line, 340)


def coverage_steps(frame: pl.DataFrame) -> Drawing:
    """Held, recorded, analysed, reviewed as bars with counts.

    Columns ``subject, step, step_order, step_count, held_share``.
    """
    labelled = frame.with_columns(
        pl.format("{} {}", "subject", pl.col("step").str.to_lowercase()).alias("label"),
        pl.format(
            "{} · {} %",
            pl.col("step_count").map_elements(lambda count: f"{count:,.0f}", return_dtype=pl.String),
            (100 * pl.col("held_share")).round().cast(pl.Int64),
        ).alias("written"),
    )
    base = alt.Chart(labelled).encode(
        y=alt.Y("label:N", sort=labelled["label"].to_list(), title=None, axis=alt.Axis(domain=False, ticks=False)),
        x=alt.X("held_share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1.3])),
        tooltip=["subject:N", "step:N", alt.Tooltip("step_count:Q", title="Count", format=",d")],
    )
    bars = base.mark_bar(height={"band": 0.6}).encode(color=colour("subject", SUBJECT_COLOURS).legend(None))
    text = base.mark_text(align="left", dx=6, color=INK).encode(text="written:N")
    return finish(bars + text, 280)


def answers_by_team(frame: pl.DataFrame) -> Drawing:
    """Claimed, reported and heard minutes, one line a team. Columns ``team, who, minutes``."""
    base = alt.Chart(frame).encode(
        y=alt.Y("team:N", title=None, axis=alt.Axis(domain=False, ticks=False, labelPadding=12)),
        x=alt.X("minutes:Q", title="Coaching minutes per rep and week", axis=alt.Axis(tickCount=6)),
    )
    line = base.mark_line(color=GRID, strokeWidth=3).encode(detail="team:N")
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        color=colour("who", WHO_COLOURS),
        tooltip=[
            alt.Tooltip("team:N", title="Team"),
            alt.Tooltip("who:N", title="Who"),
            alt.Tooltip("minutes:Q", title="Minutes", format=".0f"),
            alt.Tooltip("one_on_ones_heard_share:Q", title="1:1s heard", format=".0%"),
        ],
    )
    return finish(line + dots, max(140, 19 * frame["team"].n_unique()))


def bands_compared(frame: pl.DataFrame) -> Drawing:
    """Counts of reps, calendar band by heard band. Columns ``calendar_cadence_band, true_cadence_band, rep_count``."""
    base = alt.Chart(frame).encode(
        x=alt.X(
            "true_cadence_band:N",
            scale=alt.Scale(domain=BAND_ORDER),
            title="By coaching heard",
            axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False),
        ),
        y=alt.Y(
            "calendar_cadence_band:N",
            scale=alt.Scale(domain=BAND_ORDER),
            title="By 1:1s on the calendar",
            axis=alt.Axis(domain=False, ticks=False),
        ),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color("rep_count:Q", legend=None, scale=alt.Scale(domainMin=0, range=["#eaf1f0", COACHING]))
    )
    text = base.mark_text(fontSize=14).encode(
        text="rep_count:Q",
        color=alt.condition(
            alt.datum.rep_count > 0.5 * float(frame["rep_count"].max() or 1),  # type: ignore[arg-type]
            alt.value("white"),
            alt.value(INK),
        ),
    )
    return finish(cells + text, 300)


def share_ramped(frame: pl.DataFrame) -> Drawing:
    """Share ramped by month, one line a segment. Columns ``segment, month_number, share_ramped, at_risk_count``."""
    base = alt.Chart(frame).encode(
        x=alt.X("month_number:O", title="Months in seat", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("share_ramped:Q", title="Ramped", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
        color=_group_colour("segment", frame["segment"]),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("month_number:O", title="Month"),
            alt.Tooltip("share_ramped:Q", title="Ramped", format=".0%"),
            alt.Tooltip("at_risk_count:Q", title="Still at risk", format=",d"),
        ],
    )
    return finish(base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=60, opacity=1), 300)


def minutes_by_week(frame: pl.DataFrame) -> Drawing:
    """Stacked minutes per week. Columns ``week_start, kind, stack_order, minutes``."""
    bars = (
        alt.Chart(frame)
        .mark_bar(width={"band": 0.75})
        .encode(
            x=alt.X(
                "yearmonthdate(week_start):O",
                title="Week from",
                axis=alt.Axis(labelAngle=0, format="%-d %b", labelOverlap=True),
            ),
            y=alt.Y("minutes:Q", title="Minutes"),
            color=colour("kind", KIND_COLOURS),
            order=alt.Order("stack_order:Q"),
            tooltip=[
                alt.Tooltip("week_start:T", title="Week from", format="%-d %b %Y"),
                alt.Tooltip("kind:N", title="Kind"),
                alt.Tooltip("minutes:Q", title="Minutes", format=".0f"),
            ],
        )
    )
    return finish(bars, 240)


def hit_rates(frame: pl.DataFrame) -> Drawing:
    """Hit rates as cells with their counts. Columns ``rep, behaviour, met_count, opportunity_count, hit_rate``."""
    base = alt.Chart(frame).encode(
        x=alt.X(
            "behaviour:N",
            title=None,
            axis=alt.Axis(orient="top", labelAngle=-35, domain=False, ticks=False, labelLimit=190, labelOverlap=False),
        ),
        y=alt.Y("rep:N", title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=[
            alt.Tooltip("rep:N", title="Rep"),
            alt.Tooltip("behaviour:N", title="Behaviour"),
            alt.Tooltip("met_count:Q", title="Met in"),
            alt.Tooltip("opportunity_count:Q", title="of calls"),
            alt.Tooltip("hit_rate:Q", title="Hit rate", format=".0%"),
        ],
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color("hit_rate:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=["#f3eadc", "#8fb5b0"])),
        opacity=alt.condition(alt.datum.opportunity_count < 3, alt.value(0.45), alt.value(1)),
    )
    text = (
        base.mark_text(fontSize=11, color=INK)
        .transform_calculate(written="datum.met_count + '/' + datum.opportunity_count")
        .encode(text="written:N")
    )
    return finish(cells + text, 130 + 26 * frame["rep"].n_unique())


def attainment_by_quarter(frame: pl.DataFrame) -> Drawing:
    """Attainment bars with a line at quota. Columns ``quarter_label, quarter_start, attainment, is_complete``."""
    base = alt.Chart(frame).encode(
        x=alt.X("quarter_label:N", sort=alt.EncodingSortField("quarter_start"), title=None, axis=alt.Axis(labelAngle=0))
    )
    bars = base.mark_bar(color=COACHING, width={"band": 0.55}).encode(
        y=alt.Y("attainment:Q", title="Attainment", axis=alt.Axis(format=".0%")),
        opacity=alt.condition(alt.datum.is_complete, alt.value(1), alt.value(0.4)),
        tooltip=[
            alt.Tooltip("quarter_label:N", title="Quarter"),
            alt.Tooltip("attainment:Q", title="Attainment", format=".0%"),
            alt.Tooltip("closed_won_amount:Q", title="Closed won", format=",.0f"),
            alt.Tooltip("quota_amount:Q", title="Quota", format=",.0f"),
            alt.Tooltip("is_complete:N", title="Complete"),
        ],
    )
    quota = alt.Chart(pl.DataFrame({"quota": [1.0]})).mark_rule(color=INK, strokeDash=[4, 3]).encode(y="quota:Q")
    return finish(bars + quota, 240)


def coverage_by_week(frame: pl.DataFrame) -> Drawing:
    """Shares per week as lines. Columns ``week_start, measure, share``."""
    line = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2, point={"size": 30, "filled": True})
        .encode(
            x=alt.X("week_start:T", title=None, axis=alt.Axis(format="%-d %b")),
            y=alt.Y("share:Q", title="Of those held", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
            color=colour("measure", MEASURE_COLOURS),
            tooltip=[
                alt.Tooltip("week_start:T", title="Week from", format="%-d %b %Y"),
                alt.Tooltip("measure:N", title="Measure"),
                alt.Tooltip("share:Q", title="Share", format=".0%"),
            ],
        )
    )
    return finish(line, 260)
