"""Figures of the page Rep: one rep's calls, behaviours and coaching received."""

from dashboards.figure import Figure
from pipelines.coaching import feed

REPS = Figure(
    title="Reps",
    meaning="Everybody who ever carried a selling assignment; those in seat first.",
    sql="""
        select
            rep_id,
            coalesce(full_name, rep_id) as rep_name,
            email,
            job_title,
            team_name,
            manager_name,
            segment,
            tenure_months,
            is_active,
            ramp_status
        from dim_reps
        order by is_active desc, rep_name, rep_id
    """,
)

CORRECTIONS = Figure(
    title="What to try",
    meaning=(
        "Corrections shown in the last seven days, at most three a week, as the rep reads them; the same one comes back "
        "until the behaviour has changed, and ends when that is confirmed. The rep sees a change first, the manager three "
        "days later."
    ),
    sql=feed.CORRECTIONS,
    empty="Nothing to correct in the last seven days.",
)

DONE_WELL = Figure(
    title="Done well",
    meaning="The newest behaviour of the rubric that was shown in a call of the last four weeks, in the rep's own words.",
    sql=feed.DONE_WELL,
)

CALLS = Figure(
    title="Calls",
    meaning="External calls held over the last 13 complete weeks, and how many of them were analysed.",
    sql="""
        select
            sum(calls_count) as value,
            format('{} analysed', sum(calls_analysed_count)) as detail
        from fct_rep_weeks
        cross join (select max(as_of) as as_of from publication)
        where rep_id = $rep_id and is_complete and week_start > as_of - 97
    """,
)

HIT_RATE = Figure(
    title="Behaviours shown",
    meaning=(
        "Behaviours of the sales rubric met, of those that could be shown and were judged, in the calls of the last "
        "13 complete weeks."
    ),
    sql="""
        select
            sum(met_count) / nullif(sum(opportunity_count), 0) as value,
            format('{} of {}', sum(met_count), sum(opportunity_count)) as detail
        from fct_rep_weeks
        cross join (select max(as_of) as as_of from publication)
        where rep_id = $rep_id and is_complete and week_start > as_of - 97
    """,
    format="percent",
)

COACHING_RECEIVED = Figure(
    title="Coaching received",
    meaning=(
        "Coaching minutes heard in 1:1s over the last 13 complete weeks. A lower bound where 1:1s were held and not "
        "heard."
    ),
    sql="""
        select
            case
                when sum(one_on_ones_held_count) = 0 or sum(one_on_ones_heard_count) > 0 then sum(coaching_minutes)
            end as value,
            format('{} of {} 1:1s heard', sum(one_on_ones_heard_count), sum(one_on_ones_held_count)) as detail
        from fct_rep_weeks
        cross join (select max(as_of) as as_of from publication)
        where rep_id = $rep_id and is_complete and week_start > as_of - 97
    """,
    format="minutes",
)

CADENCE = Figure(
    title="Coached",
    meaning=(
        "Band of coaching truly received over the trailing 13 weeks (sessions with at least 15 coaching minutes). "
        "Unknown where 1:1s were held and none was heard. Below: the band of any 1:1 on the calendar."
    ),
    sql="""
        select
            coalesce(upper(true_cadence_band[1]) || replace(true_cadence_band[2:], '_', ' '), 'Unknown') as value,
            'calendar: ' || coalesce(replace(calendar_cadence_band, '_', ' '), 'unknown') as detail
        from dim_reps
        where rep_id = $rep_id
    """,
    format="text",
)

ATTAINMENT = Figure(
    title="Attainment",
    meaning="Closed won credited while in seat / quota prorated to days in seat, in the last complete quarter.",
    sql="""
        select
            attainment as value,
            format('{:,.0f} of {:,.0f} {}, {}', closed_won_amount, quota_amount, currency, quarter_label) as detail
        from fct_rep_quarters
        where rep_id = $rep_id and is_complete
        order by quarter_start desc
        limit 1
    """,
    format="percent",
)

BEHAVIOURS = Figure(
    title="What good looks like",
    meaning=(
        "Hit rate per behaviour over the last six fiscal months: calls in which it was met, of those in which it "
        "could be shown and was judged, beside the team's. Below three opportunities: listen or role-play before "
        "concluding."
    ),
    sql="""
        with months as (
            select rep_id, manager_id, behaviour_id, rubric_id, rubric_version, met_count, opportunity_count
            from fct_rep_behaviour_months
            inner join dim_reps using (rep_id)
            cross join (select max(as_of) as as_of from publication)
            where month > as_of - interval 6 month
        ),

        team as (
            select rubric_id, rubric_version, behaviour_id, sum(met_count) / sum(opportunity_count) as team_hit_rate
            from months
            where manager_id = (select manager_id from dim_reps where rep_id = $rep_id)
            group by all
            having count(distinct rep_id) > 1
        )

        select
            coalesce(behaviours.behaviour_name, months.behaviour_id) as behaviour,
            sum(months.met_count) as met_count,
            sum(months.opportunity_count) as opportunity_count,
            sum(months.met_count) / sum(months.opportunity_count) as hit_rate,
            any_value(team.team_hit_rate) as team_hit_rate
        from months
        left join team using (rubric_id, rubric_version, behaviour_id)
        left join dim_behaviours as behaviours using (rubric_id, rubric_version, behaviour_id)
        where months.rep_id = $rep_id
        group by all
        order by behaviour
    """,
    empty="No scored call in the last six months.",
)

WEEKS = Figure(
    title="1:1s, week by week",
    meaning=(
        "Minutes heard in this rep's 1:1s over the last 26 complete weeks. Weeks without a bar: no 1:1 was held, or "
        "none was heard."
    ),
    sql="""
        select week_start, kind, stack_order, minutes
        from fct_rep_weeks
        cross join (select max(as_of) as as_of from publication)
        cross join lateral (
            values ('Coaching', 1, coaching_minutes), ('Inspection', 2, inspection_minutes), ('Other', 3, other_minutes)
        ) as kinds (kind, stack_order, minutes)
        where rep_id = $rep_id and is_complete and week_start > as_of - 188 and one_on_ones_heard_count > 0
        order by week_start, stack_order
    """,
    empty="No 1:1 with this rep was heard in the last 26 weeks: true cadence unknown, calendar cadence shown.",
)

QUARTERS = Figure(
    title="Attainment by quarter",
    meaning="Closed won credited while in seat / quota prorated to days in seat. The running quarter is marked.",
    sql="""
        select
            quarter_label,
            quarter_start,
            attainment,
            closed_won_amount,
            quota_amount,
            currency,
            is_complete
        from fct_rep_quarters
        where rep_id = $rep_id and attainment is not null
        order by quarter_start
    """,
    format="percent",
    empty="No quarter with a quota.",
)

RECENT_CALLS = Figure(
    title="Latest calls",
    meaning="The 15 newest external calls. Behaviours: met, of those that could be shown and were judged.",
    sql="""
        select
            call_date,
            title,
            call_type,
            talk_ratio,
            met_count,
            applicable_count,
            is_reviewed,
            'call_review?call_id=' || url_encode(call_id) as review_page
        from fct_calls
        where rep_id = $rep_id
        order by started_at desc, call_id
        limit 15
    """,
    empty="No call of this rep is known.",
)
