"""Figures of the page Team: one manager's current team."""

from dashboards.figure import Figure

MANAGERS = Figure(
    title="Managers",
    meaning="Managers with reps in seat on the as-of date.",
    sql="""
        select manager_id, coalesce(max(manager_name), manager_id) as manager_name
        from dim_reps
        where is_active and manager_id is not null
        group by manager_id
        order by manager_name, manager_id
    """,
)

COACHING_TIME_SHARE = Figure(
    title="Time spent coaching",
    meaning=(
        "Coaching minutes heard in this manager's 1:1s, of the manager's working minutes, over the last 13 complete "
        "weeks. A lower bound where 1:1s were not heard; unknown where 1:1s were held and none was heard."
    ),
    sql="""
        select
            case
                when sum(one_on_ones_held_count) = 0 or sum(one_on_ones_heard_count) > 0
                    then
                        sum(coaching_minutes)
                        / nullif(sum(working_minutes) filter (where coaching_minutes is not null), 0)
            end as value,
            case
                when sum(one_on_ones_held_count) > 0 and sum(one_on_ones_heard_count) = 0
                    then 'no 1:1 was heard'
                else format(
                    '{:,} of {:,} hours',
                    (sum(coaching_minutes) / 60)::bigint,
                    (sum(working_minutes) filter (where coaching_minutes is not null) / 60)::bigint
                )
            end as detail
        from fct_manager_weeks
        cross join (select max(as_of) as as_of from publication)
        where manager_id = $manager_id and is_complete and week_start > as_of - 97
    """,
    format="percent_1",
)

ONE_ON_ONES = Figure(
    title="1:1s held",
    meaning="1:1s with reports over the last 13 complete weeks, and how many of them were heard.",
    sql="""
        select
            sum(one_on_ones_held_count) as value,
            format('{} heard', sum(one_on_ones_heard_count)) as detail
        from fct_manager_weeks
        cross join (select max(as_of) as as_of from publication)
        where manager_id = $manager_id and is_complete and week_start > as_of - 97
    """,
)

CAPACITY_GAP = Figure(
    title="Capacity gap a week",
    meaning=(
        "Mean over the last 13 complete weeks of target coaching minutes less the minutes the calendar leaves free: "
        "above 0 the week cannot hold the target, below 0 there is room. Unknown without a calendar."
    ),
    sql="""
        select
            avg(capacity_gap_minutes) as value,
            format('target {:.0f}, free {:.0f} min', avg(target_coaching_minutes), avg(free_minutes)) as detail
        from fct_manager_weeks
        cross join (select max(as_of) as as_of from publication)
        where
            manager_id = $manager_id
            and is_complete
            and week_start > as_of - 97
            and capacity_gap_minutes is not null
    """,
    format="minutes",
)

CALLS_REVIEWED = Figure(
    title="Calls reviewed per rep a week",
    meaning="External calls of reports reviewed by this manager per rep and week, over the last 13 complete weeks.",
    sql="""
        select
            sum(calls_reviewed_count) / nullif(sum(direct_reports_count), 0) as value,
            format('{} of {} calls', sum(calls_reviewed_count), sum(calls_held_count)) as detail
        from fct_manager_weeks
        cross join (select max(as_of) as as_of from publication)
        where manager_id = $manager_id and is_complete and week_start > as_of - 97
    """,
    format="decimal",
)

REPS = Figure(
    title="The team",
    meaning=(
        "Reps in seat on the as-of date. Calls, coaching minutes and hit rate (behaviours met, of those that could "
        "be shown and were judged) are of the last 13 complete weeks; attainment is of the last complete quarter. "
        "Bands: trailing 13 weeks, by coaching heard and by 1:1s on the calendar. Sorted by name: this is not a "
        "ranking."
    ),
    sql="""
        with recent as (
            select
                rep_id,
                sum(calls_count) as calls_count,
                sum(coaching_minutes) as coaching_minutes,
                sum(one_on_ones_held_count) as one_on_ones_held_count,
                sum(one_on_ones_heard_count) as one_on_ones_heard_count,
                sum(met_count) as met_count,
                sum(opportunity_count) as opportunity_count
            from fct_rep_weeks
            cross join (select max(as_of) as as_of from publication)
            where is_complete and week_start > as_of - 97
            group by rep_id
        ),

        quarters as (
            select rep_id, attainment
            from fct_rep_quarters
            where is_complete
            qualify row_number() over (partition by rep_id order by quarter_start desc) = 1
        )

        select
            coalesce(full_name, rep_id) as rep,
            tenure_months,
            is_ramping,
            true_cadence_band,
            calendar_cadence_band,
            one_on_ones_heard_count,
            one_on_ones_held_count,
            coaching_minutes,
            calls_count,
            met_count,
            opportunity_count,
            met_count / nullif(opportunity_count, 0) as hit_rate,
            attainment
        from dim_reps
        left join recent using (rep_id)
        left join quarters using (rep_id)
        where manager_id = $manager_id and is_active
        order by rep
    """,
    empty="Nobody is on this team on the as-of date.",
)

BEHAVIOURS = Figure(
    title="What good looks like, rep by rep",
    meaning=(
        "Hit rate of each behaviour per rep over the last six fiscal months: calls in which it was met, of those in "
        "which it could be shown and was judged. Pale cells with fewer than three opportunities say little: listen "
        "or role-play."
    ),
    sql="""
        select
            coalesce(reps.full_name, reps.rep_id) as rep,
            coalesce(behaviours.behaviour_name, months.behaviour_id) as behaviour,
            sum(months.met_count) as met_count,
            sum(months.opportunity_count) as opportunity_count,
            sum(months.met_count) / sum(months.opportunity_count) as hit_rate
        from fct_rep_behaviour_months as months
        inner join dim_reps as reps using (rep_id)
        left join dim_behaviours as behaviours using (rubric_id, rubric_version, behaviour_id)
        cross join (select max(as_of) as as_of from publication)
        where
            reps.manager_id = $manager_id
            and reps.is_active
            and months.month > as_of - interval 6 month
        group by all
        order by rep, behaviour
    """,
    empty="No scored call of the team in the last six months.",
)

WEEKS = Figure(
    title="Coaching and inspection, week by week",
    meaning=(
        "Minutes heard in this manager's 1:1s over the last 26 complete weeks; weeks in which nothing was heard are "
        "empty."
    ),
    sql="""
        select week_start, kind, stack_order, minutes
        from fct_manager_weeks
        cross join (select max(as_of) as as_of from publication)
        cross join lateral (
            values ('Coaching', 1, coaching_minutes), ('Inspection', 2, inspection_minutes), ('Other', 3, other_minutes)
        ) as kinds (kind, stack_order, minutes)
        where
            manager_id = $manager_id
            and is_complete
            and week_start > as_of - 188
            and one_on_ones_heard_count > 0
        order by week_start, stack_order
    """,
    empty="No 1:1 of this manager was heard in the last 26 weeks: true cadence unknown, calendar cadence shown.",
)
