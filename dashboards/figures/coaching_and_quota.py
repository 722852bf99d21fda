"""Figures of the page Coaching and quota."""

from dashboards.figure import Figure

RATES = Figure(
    title="Rep-quarters at quota by cadence: descriptive, not an effect",
    meaning=(
        "Share of rep-quarters with attainment of at least 100 %, by how often the rep was coached in the 13 weeks "
        "up to the end of the quarter: once by coaching heard (a session with at least 15 coaching minutes), once "
        "by 1:1s on the calendar. Intervals: 95 %, Wilson on rep-quarters divided by the design effect, because "
        "reps share managers."
    ),
    sql="""
        select
            case cadence_kind when 'true' then 'Coaching heard' else '1:1s on the calendar' end as basis,
            cadence_band as band,
            band_order,
            share_at_quota as rate,
            share_low as ci_low,
            share_high as ci_high,
            at_quota_count,
            rep_quarters_count
        from fct_cadence_attainment
        where window_name = $window_name
        order by basis desc, band_order
    """,
    format="percent",
    empty="No complete quarter with both quota and 1:1s yet.",
)

RATES_TABLE = Figure(
    title="The numbers behind it",
    meaning=(
        "Counts under the rates above. Effective: rep-quarters / design effect, the number of independent "
        "observations they are worth. Mean attainment is the average of closed won / prorated quota."
    ),
    sql="""
        select
            case cadence_kind when 'true' then 'Coaching heard' else '1:1s on the calendar' end as basis,
            cadence_band,
            at_quota_count,
            rep_quarters_count,
            share_at_quota,
            share_low,
            share_high,
            mean_attainment,
            reps_count,
            managers_count,
            design_effect,
            effective_count
        from fct_cadence_attainment
        where window_name = $window_name
        order by basis desc, band_order
    """,
    empty="No complete quarter with both quota and 1:1s yet.",
)

BANDS_COMPARED = Figure(
    title="What the calendar says and what was heard",
    meaning=(
        "Reps in seat by band of 1:1s on the calendar (rows) and band of coaching heard (columns) over the trailing "
        "13 weeks. Managers count the first and reps feel the second. Unknown: 1:1s were held and none was heard."
    ),
    sql="""
        select
            coalesce(calendar_cadence_band, 'unknown') as calendar_cadence_band,
            coalesce(true_cadence_band, 'unknown') as true_cadence_band,
            count(*) as rep_count
        from dim_reps
        where is_active
        group by all
        order by calendar_cadence_band, true_cadence_band
    """,
    empty="Nobody is in a selling seat.",
)

SHARE_BY_MANAGER = Figure(
    title="Share of working time, manager by manager",
    meaning=(
        "Coaching minutes heard, and 1:1 minutes on the calendar, of each manager's working minutes over the last "
        "13 complete weeks. The first is a lower bound where 1:1s were not heard."
    ),
    sql="""
        with managers as (
            select
                manager_id,
                case
                    when sum(one_on_ones_held_count) = 0 or sum(one_on_ones_heard_count) > 0
                        then
                            sum(coaching_minutes)
                            / nullif(sum(working_minutes) filter (where coaching_minutes is not null), 0)
                end as heard,
                sum(one_on_one_minutes)
                    / nullif(sum(working_minutes) filter (where one_on_one_minutes is not null), 0) as calendar
            from fct_manager_weeks
            cross join (select max(as_of) as as_of from publication)
            where is_complete and week_start > as_of - 97
            group by manager_id
        )

        select coalesce(full_name, manager_id) as manager, basis, share
        from managers
        left join dim_managers using (manager_id)
        cross join lateral (
            values ('Coaching heard', heard), ('1:1s on the calendar', calendar)
        ) as shares (basis, share)
        where share is not null
        order by manager, basis
    """,
    format="percent_1",
    empty="No manager-week with a known calendar or a heard 1:1.",
)
