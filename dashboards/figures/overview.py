"""Figures of the page Overview."""

from dashboards.figure import Figure

COACHING_TIME_SHARE = Figure(
    title="Manager time spent coaching",
    meaning=(
        "Coaching minutes heard in 1:1s, of the managers' working minutes, over the last 13 complete weeks. A lower "
        "bound: 1:1s that were not heard add nothing. Manager-weeks in which 1:1s were held and none was heard are "
        "left out."
    ),
    sql="""
        select
            sum(coaching_minutes) / nullif(sum(working_minutes), 0) as value,
            sum(coaching_minutes) as coaching_minutes,
            sum(working_minutes) as working_minutes,
            format(
                '{:,} of {:,} hours', (sum(coaching_minutes) / 60)::bigint, (sum(working_minutes) / 60)::bigint
            ) as detail
        from fct_manager_weeks
        cross join (select max(as_of) as as_of from publication)
        where
            is_complete
            and week_start > as_of - 97
            and coaching_minutes is not null
    """,
    format="percent_1",
)

CALENDAR_TIME_SHARE = Figure(
    title="The same by the calendar",
    meaning=(
        "Minutes of 1:1s with reports, of the managers' working minutes, over the last 13 complete weeks: what a "
        "calendar would claim as coaching, whatever was said in them."
    ),
    sql="""
        select
            sum(one_on_one_minutes) / nullif(sum(working_minutes), 0) as value,
            sum(one_on_one_minutes) as one_on_one_minutes,
            sum(working_minutes) as working_minutes,
            format(
                '{:,} of {:,} hours', (sum(one_on_one_minutes) / 60)::bigint, (sum(working_minutes) / 60)::bigint
            ) as detail
        from fct_manager_weeks
        cross join (select max(as_of) as as_of from publication)
        where
            is_complete
            and week_start > as_of - 97
            and one_on_one_minutes is not null
    """,
    format="percent_1",
)

MANAGERS_UNDER_5_PCT = Figure(
    title="Managers under 5 %",
    meaning=(
        "Managers whose coaching minutes heard are less than 5 % of their working minutes over the last 13 complete "
        "weeks, of the managers of whom at least one 1:1 was heard or who held none. At most this many: unheard "
        "1:1s add nothing to a manager's minutes. 5 % is the line the published claim draws, not a target."
    ),
    sql="""
        with managers as (
            select
                manager_id,
                sum(coaching_minutes)
                    / nullif(sum(working_minutes) filter (where coaching_minutes is not null), 0)
                    as coaching_time_share
            from fct_manager_weeks
            cross join (select max(as_of) as as_of from publication)
            where is_complete and week_start > as_of - 97
            group by manager_id
            having sum(one_on_ones_held_count) = 0 or sum(one_on_ones_heard_count) > 0
        )

        select
            count(*) filter (where coaching_time_share < 0.05) / nullif(count(coaching_time_share), 0) as value,
            format(
                '{} of {} managers',
                count(*) filter (where coaching_time_share < 0.05),
                count(coaching_time_share)
            ) as detail
        from managers
    """,
    format="percent",
)

REPS_AT_QUOTA = Figure(
    title="Reps at quota",
    meaning=(
        "Reps whose closed-won amount credited while in seat reached their prorated quota in the last complete "
        "quarter, of the reps with a quota in it."
    ),
    sql="""
        with latest as (
            select max(quarter_start) as quarter_start
            from fct_rep_quarters
            where is_complete and attainment is not null
        )

        select
            count(*) filter (where is_at_quota) / nullif(count(is_at_quota), 0) as value,
            format(
                '{} of {} reps, {}', count(*) filter (where is_at_quota), count(is_at_quota), max(quarter_label)
            ) as detail
        from fct_rep_quarters
        inner join latest using (quarter_start)
    """,
    format="percent",
)

COVERAGE = Figure(
    title="What was held, recorded, analysed and reviewed",
    meaning=(
        "External calls and manager 1:1s over the last 13 complete weeks. Held: known from calendar, recorder or "
        "recording. Recorded: speech or a vendor transcript may be used. Analysed: signals, scores or minutes "
        "exist. Reviewed: a person has judged at least one score."
    ),
    sql="""
        with totals as (
            select
                sum(calls_held_count) as calls_held,
                sum(calls_recorded_count) as calls_recorded,
                sum(calls_analysed_count) as calls_analysed,
                sum(calls_reviewed_count) as calls_reviewed,
                sum(one_on_ones_held_count) as one_on_ones_held,
                sum(one_on_ones_recorded_count) as one_on_ones_recorded,
                sum(one_on_ones_heard_count) as one_on_ones_heard
            from fct_coverage
            cross join (select max(as_of) as as_of from publication)
            where is_complete and week_start > as_of - 97
        )

        select subject, step, step_order, step_count, step_count / nullif(held_count, 0) as held_share
        from totals
        cross join lateral (
            values
                ('Customer calls', 'Held', 1, calls_held, calls_held),
                ('Customer calls', 'Recorded', 2, calls_recorded, calls_held),
                ('Customer calls', 'Analysed', 3, calls_analysed, calls_held),
                ('Customer calls', 'Reviewed', 4, calls_reviewed, calls_held),
                ('Manager 1:1s', 'Held', 1, one_on_ones_held, one_on_ones_held),
                ('Manager 1:1s', 'Recorded', 2, one_on_ones_recorded, one_on_ones_held),
                ('Manager 1:1s', 'Analysed', 3, one_on_ones_heard, one_on_ones_held)
        ) as steps (subject, step, step_order, step_count, held_count)
        where held_count > 0
        order by subject, step_order
    """,
    empty="No calls and no 1:1s are known in the last 13 weeks.",
)

MINUTES_BY_MONTH = Figure(
    title="What 1:1s are spent on",
    meaning=(
        "Hours of speech in the 1:1s that were heard, by month. Coaching: skill feedback, practice, "
        "self-assessment, agreed actions, deal strategy. Inspection: status, stage, amount, close date, activity. "
        "Other: well-being and admin. Excerpts are extended to the whole session; 1:1s that were not heard add "
        "nothing."
    ),
    sql="""
        with months as (
            select
                month,
                sum(coaching_minutes) / 60 as coaching_hours,
                sum(inspection_minutes) / 60 as inspection_hours,
                sum(other_minutes) / 60 as other_hours,
                count(*) filter (where is_heard) / count(*) as heard_share
            from fct_coaching_sessions
            where month is not null
            group by month
            having count(*) filter (where is_heard) > 0
        )

        select month, kind, stack_order, hours, heard_share
        from months
        cross join lateral (
            values ('Coaching', 1, coaching_hours), ('Inspection', 2, inspection_hours), ('Other', 3, other_hours)
        ) as kinds (kind, stack_order, hours)
        order by month, stack_order
    """,
    empty="No 1:1 recordings: what 1:1s are spent on is unknown. The calendar shows only that they were held.",
)

ATTAINMENT_BY_BAND = Figure(
    title="Quota attainment by coaching cadence: descriptive, not an effect",
    meaning=(
        "Share of rep-quarters at quota over the last four complete quarters, by how often the rep was coached: by "
        "coaching heard (a session with at least 15 coaching minutes) and by 1:1s on the calendar. Intervals: 95 %, "
        "Wilson, widened because reps share managers (design effect). The gap says nothing about cause: good "
        "managers coach more, strugglers are coached, and a company in which coaching does nothing can show it too."
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
            rep_quarters_count,
            design_effect
        from fct_cadence_attainment
        where window_name = 'last_4_quarters'
        order by basis desc, band_order
    """,
    format="percent",
    empty="No complete quarter with both quota and 1:1s yet.",
)

RAMP_BY_SEGMENT = Figure(
    title="Time to ramp by segment",
    meaning=(
        "Median months from start to the first of two consecutive months at 80 % of full quota (Aalen–Johansen: "
        "leaving or moving counts as an exit, not as ramping), of the episodes observed from their start. A dash: "
        "half of the reps had not ramped within the time observed. Still ramping: censored, their time so far "
        "counts. Productive months: mean over episodes with 12 months observed."
    ),
    sql="""
        with medians as (
            select segment, min(month_number) as median_months
            from fct_ramp_survival
            where is_median
            group by segment
        ),

        episodes as (
            select
                coalesce(segment, 'all') as segment,
                count(*) as episode_count,
                count(*) filter (where status = 'event') as ramped_count,
                count(*) filter (where status = 'censored') as still_ramping_count,
                count(*) filter (where status in ('left', 'moved')) as exited_count,
                avg(productive_months_in_first_12) filter (where is_first_12_complete) as productive_months
            from fct_ramp_episodes
            where not is_left_truncated
            group by grouping sets ((segment), ())
        )

        select
            episodes.segment,
            medians.median_months,
            episodes.productive_months,
            episodes.episode_count,
            episodes.ramped_count,
            episodes.still_ramping_count,
            episodes.exited_count
        from episodes
        left join medians using (segment)
        where episode_count > 0
        order by episodes.segment = 'all', episodes.segment
    """,
    empty="No ramp episode yet: it needs a hire date, a quota and closed deals.",
)

PERCEPTION = Figure(
    title="Who says how much coaching there is",
    meaning=(
        "Coaching minutes per rep and week in the newest quarter surveyed: what leaders claim to give, what reps "
        "say they receive (never shown below five answers), and what was heard. What was heard is a lower bound "
        "where 1:1s were not recorded. One row a team; teams whose answers are withheld show the other two."
    ),
    sql="""
        with newest as (
            select max(quarter_start) as quarter_start
            from fct_perception
            where leader_claimed_minutes_per_rep_week is not null
        )

        select
            coalesce(team_name, team_id) as team,
            who,
            who_order,
            minutes,
            one_on_ones_heard_share,
            quarter_start
        from fct_perception
        inner join newest using (quarter_start)
        cross join lateral (
            values
                ('Leader claims', 1, leader_claimed_minutes_per_rep_week),
                ('Reps report', 2, rep_reported_minutes_per_week),
                ('Heard', 3, observed_coaching_minutes_per_rep_week)
        ) as answers (who, who_order, minutes)
        where minutes is not null
        order by team, who_order
    """,
    empty="No survey or pulse has been answered yet.",
)

CLAIMED_MINUTES = Figure(
    title="Leaders claim",
    meaning="Coaching minutes per rep and week that leaders say they give: mean over teams, newest quarter surveyed.",
    sql="""
        select
            avg(leader_claimed_minutes_per_rep_week) as value,
            format('per rep and week; teams: {}', count(leader_claimed_minutes_per_rep_week)) as detail
        from fct_perception
        where quarter_start = (
            select max(quarter_start)
            from fct_perception
            where leader_claimed_minutes_per_rep_week is not null
        )
    """,
    format="minutes",
)

REPORTED_MINUTES = Figure(
    title="Reps report",
    meaning=(
        "Coaching minutes per week that reps say they receive: mean over the teams whose answers may be shown (five "
        "or more), newest quarter surveyed."
    ),
    sql="""
        select
            avg(rep_reported_minutes_per_week) as value,
            format('per week; teams shown: {}', count(rep_reported_minutes_per_week)) as detail
        from fct_perception
        where quarter_start = (
            select max(quarter_start)
            from fct_perception
            where leader_claimed_minutes_per_rep_week is not null
        )
    """,
    format="minutes",
)

OBSERVED_MINUTES = Figure(
    title="Heard",
    meaning=(
        "Coaching minutes per rep and week heard in 1:1s: mean over teams, the same quarter. A lower bound where "
        "1:1s were held and not recorded."
    ),
    sql="""
        select
            avg(observed_coaching_minutes_per_rep_week) as value,
            format('per rep and week; teams: {}', count(observed_coaching_minutes_per_rep_week)) as detail
        from fct_perception
        where quarter_start = (
            select max(quarter_start)
            from fct_perception
            where leader_claimed_minutes_per_rep_week is not null
        )
    """,
    format="minutes",
)
