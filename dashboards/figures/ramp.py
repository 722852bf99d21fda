"""Figures of the page Ramp."""

from dashboards.figure import Figure

PRODUCTIVE_MONTHS = Figure(
    title="Productive months in the first 12",
    meaning=(
        "Months at 80 % of full quota or more among the first 12 in seat: mean over the episodes with all 12 months "
        "observed. Finishers and non-finishers both count."
    ),
    sql="""
        select
            avg(productive_months_in_first_12) as value,
            format('{} episodes with 12 months', count(productive_months_in_first_12)) as detail
        from fct_ramp_episodes
        where is_first_12_complete
    """,
    format="months",
)

STILL_RAMPING = Figure(
    title="Still ramping",
    meaning=(
        "Ramp episodes without the event and without an exit on the as-of date, of those observed from their start: "
        "censored, not left out."
    ),
    sql="""
        select
            count(*) filter (where status = 'censored') as value,
            format('of {} episodes', count(*)) as detail
        from fct_ramp_episodes
        where not is_left_truncated
    """,
)

LEFT_BEFORE_RAMP = Figure(
    title="Left or moved before ramping",
    meaning=(
        "Ramp episodes that ended by leaving, promotion or transfer before the event, of those observed from their "
        "start. They are exits, not successes."
    ),
    sql="""
        select
            count(*) filter (where status in ('left', 'moved')) as value,
            format('of {} episodes', count(*)) as detail
        from fct_ramp_episodes
        where not is_left_truncated
    """,
)

LATE_ENTRIES = Figure(
    title="Began before the data",
    meaning=(
        "Episodes that began before quotas and deals are known. Whether they had ramped before is unknown, so they "
        "are in no curve, median or count of productive months."
    ),
    sql="""
        select
            count(*) filter (where is_left_truncated) as value,
            format('of {} episodes', count(*)) as detail
        from fct_ramp_episodes
    """,
)

EPISODES = Figure(
    title="Still ramping by months in seat",
    meaning=(
        "Kaplan–Meier share of episodes with neither the ramp event nor an exit, right-censored on the as-of date, "
        "of those observed from their start; 95 % bands (log-log). The SQL gives the episodes; the curve is "
        "lifelines' KaplanMeierFitter on entry, exit and ending, and equals share_still_ramping of "
        "fct_ramp_survival."
    ),
    sql="""
        select
            episode_id,
            coalesce(segment, 'unknown') as segment,
            cohort,
            entry_month,
            exit_month,
            status
        from fct_ramp_episodes
        where not is_left_truncated and exit_month > entry_month
        order by episode_id
    """,
    empty="No ramp episode yet: it needs a hire date, a quota and closed deals.",
)

BY_CADENCE = Figure(
    title="Still ramping, by coaching in the first three months",
    meaning=(
        "Kaplan–Meier share still ramping from the fourth month on, of those who had neither ramped nor left by then, by "
        "whether they were coached in at least half of the weeks of their first three months. Sorting by coaching at any time "
        "would count those who stay long as coached. Not drawn at random: an association."
    ),
    sql="""
        select
            upper(left(split_part(segment, '=', 2), 1)) || split_part(segment, '=', 2)[2:] as group_name,
            x as month,
            estimate as share,
            ci_low,
            ci_high,
            n_at_risk
        from fct_curves
        where question = 'ramp' and estimator = 'landmark_kaplan_meier'
        order by group_name, month
    """,
    empty="Fewer than 20 reps on one side were watched from their first day, or company-wide figures are shown to leaders only.",
)

SHARE_RAMPED = Figure(
    title="Ramped by month",
    meaning=(
        "Aalen–Johansen share of episodes that had ramped by the end of the month, with leaving and moving as "
        "competing exits (1 − Kaplan–Meier would overstate it)."
    ),
    sql="""
        select segment, month_number, share_ramped, at_risk_count
        from fct_ramp_survival
        where month_number in (3, 6, 9, 12, 18)
        order by segment = 'all' desc, segment, month_number
    """,
    empty="Company-wide shares are shown to leaders only, or there is no ramp episode yet.",
)

PRODUCTIVE_BY_SEGMENT = Figure(
    title="Productive months in the first 12, by segment and cohort",
    meaning=(
        "Mean months at 80 % of full quota among the first 12, over episodes with all 12 observed; episodes: how "
        "many. Cohort: half-year of the start."
    ),
    sql="""
        select
            coalesce(segment, 'unknown') as segment,
            cohort,
            avg(productive_months_in_first_12) filter (where is_first_12_complete) as productive_months,
            count(*) filter (where is_first_12_complete) as complete_count,
            count(*) as episode_count,
            count(*) filter (where status = 'event') as ramped_count,
            count(*) filter (where status = 'censored') as still_ramping_count,
            count(*) filter (where status in ('left', 'moved')) as exited_count
        from fct_ramp_episodes
        where not is_left_truncated
        group by all
        order by segment, cohort
    """,
    empty="No ramp episode yet.",
)

VERDICT = Figure(
    title="The verdict",
    meaning=(
        "Months not yet ramped of the first 12 (restricted mean), the median with leaving as a competing exit, and what the "
        "mean of those who finished would have said."
    ),
    sql="""
        select
            estimator, verdict, estimate, ci_low, ci_high, ci_level, unit, contrast, caveat, assumptions
        from fct_estimates
        where
            question = 'ramp' and segment = 'all'
            and estimator in ('kaplan_meier_rmst_12', 'aalen_johansen_median', 'finishers_mean')
    """,
    empty="Nothing has been estimated yet.",
)

ESTIMATES = Figure(
    title="The same with intervals, beside what a spreadsheet says",
    meaning=(
        "Time to ramp with leaving as a competing exit and those still ramping counted in: months not yet ramped of the "
        "first 12 (Kaplan–Meier), median (Aalen–Johansen; a dash: not reached or withheld), share ramped in 12 months. Last, "
        "the mean of those who finished, which leaves out everyone still ramping or gone. Intervals by bootstrap over reps."
    ),
    sql="""
        select
            segment, estimator, estimate, ci_low, ci_high, n_units as rep_count, n_events as ramped_count, verdict, caveat
        from fct_estimates
        where question = 'ramp' and unit <> 'log hazard' and segment not like 'team%' and segment not like 'cohort%'
        order by
            segment = 'all' desc, segment, estimator = 'kaplan_meier_rmst_12' desc, estimator = 'finishers_mean', estimator
    """,
    empty="Nothing has been estimated yet.",
)

COHORTS = Figure(
    title="By cohort and team",
    meaning=(
        "Months not yet ramped of the first 12, by half-year of the start and by team. Withheld under 20 episodes or ten "
        "completed ramps."
    ),
    sql="""
        select
            split_part(segment, '=', 1) as part, split_part(segment, '=', 2) as part_value, estimate, ci_low, ci_high,
            n_units as rep_count, n_events as ramped_count, verdict, caveat
        from fct_estimates
        where
            question = 'ramp' and estimator = 'kaplan_meier_rmst_12'
            and (segment like 'team%' or segment like 'cohort%')
        order by part, part_value
    """,
    empty="Nothing has been estimated yet.",
)
