"""Figures of the page What coaching is worth, second half: roll-outs, training, leaving, managers, planning a test."""

from dashboards.figure import Figure

PROGRAMMES = Figure(
    title="Programmes",
    meaning="Roll-outs with start dates by team that have landed.",
    sql="""
        select segment, any_value(exposure) as programme
        from fct_estimates
        where question = 'rollout' and role = 'primary'
        group by segment
        order by segment
    """,
)

ROLLOUT = Figure(
    title="What the roll-out did",
    meaning=(
        "Mean effect on monthly attainment in the team-months after the start, against teams not yet started at equal "
        "tenure (two-stage difference in differences, by team). Static effects and before/after are shown because people "
        "ask for them; they are wrong where effects grow or seasons turn."
    ),
    sql="""
        select
            estimator, role, verdict, 100 * estimate as points, 100 * ci_low as points_low,
            100 * ci_high as points_high, n_clusters as team_count, caveat
        from fct_estimates
        where question = 'rollout' and segment = $segment
        order by role = 'primary' desc, estimator
    """,
    empty="No roll-out has been estimated.",
)

ROLLOUT_VERDICT = Figure(
    title="The verdict on a roll-out",
    meaning="The main estimate of one programme, for the sentence above its table.",
    sql="""
        select verdict, estimate, ci_low, ci_high, ci_level, unit, contrast, caveat, assumptions
        from fct_estimates
        where question = 'rollout' and role = 'primary' and segment = $segment
    """,
)

EVENT_STUDY = Figure(
    title="Before and after the start, month by month",
    meaning=(
        "Effect by month since the team's start. Months before it come from untreated team-months only and must be about "
        "zero: teams that were moving apart already show here."
    ),
    sql="""
        select x as month, 100 * estimate as points, 100 * ci_low as points_low, 100 * ci_high as points_high
        from fct_curves
        where question = 'rollout' and segment = $segment
        order by x
    """,
    empty="No curve: the roll-out cannot be estimated, for the reason given beside it.",
)

BEHAVIOURS = Figure(
    title="Behaviours trained",
    meaning="Behaviours with a training date and scored calls of those trained.",
    sql="""
        select distinct segment from fct_curves where question = 'training_decay' order by segment
    """,
)

DECAY = Figure(
    title="Hit rate after training",
    meaning="Calls in which the behaviour was shown, of those with an opportunity, by weeks since training; weeks with at least 10 of them.",
    sql="""
        select x as days, estimate as hit_rate, n_at_risk as opportunity_count
        from fct_curves
        where question = 'training_decay' and segment = $segment and n_at_risk >= 10
        order by x
    """,
    empty="No week since training has 10 scored calls with an opportunity for this behaviour.",
)

HALF_LIVES = Figure(
    title="Does training stick?",
    meaning=(
        "Half-life: days until half of what training added to the hit rate is gone, within reps; withheld where half-lives "
        "of all lengths fit about equally well. Gain: hit rate just after training against before, with its q-value over "
        "all behaviours."
    ),
    sql="""
        select
            split_part(segment, '=', 2) as behaviour,
            max(estimate) filter (where unit = 'days') as half_life_days,
            max(ci_low) filter (where unit = 'days') as half_life_low,
            max(ci_high) filter (where unit = 'days') as half_life_high,
            100 * max(estimate) filter (where unit = 'share') as gain_points,
            100 * max(ci_low) filter (where unit = 'share') as gain_low,
            100 * max(ci_high) filter (where unit = 'share') as gain_high,
            max(q_value) filter (where unit = 'share') as q_value,
            max(caveat) filter (where unit = 'days') as half_life_caveat
        from fct_estimates
        where question = 'training_decay' and segment <> 'all'
        group by segment
        order by behaviour
    """,
    empty="No training with a behaviour and a date has landed.",
)

FOLKLORE = Figure(
    title="The curve everyone quotes",
    meaning="What is said to be left of training. Disputed; drawn for comparison, used nowhere.",
    sql="""
        select
            case benchmark_id
                when 'forgetting_one_day' then 1 when 'forgetting_five_weeks' then 35 else 90
            end as days,
            1 - value_low as share_left,
            flag
        from dim_benchmarks
        where benchmark_id in ('forgetting_one_day', 'forgetting_five_weeks', 'forgetting_ninety_days')
        order by days
    """,
    empty="No published curve.",
)

LEAVING = Figure(
    title="Leaving and ramping, coached or not",
    meaning=(
        "Time-varying Cox: coaching counts in the months before the month at risk, so nobody is counted as coached because "
        "they stayed. The first 90 days apart. Association, not effect: managers may stop coaching those about to leave."
    ),
    sql="""
        select
            question, segment, estimand, exp(estimate) as hazard_ratio, exp(ci_low) as ratio_low,
            exp(ci_high) as ratio_high, n_events as event_count, n_units as rep_count, verdict, caveat
        from fct_estimates
        where unit = 'log hazard'
        order by question, segment
    """,
    empty="Not estimated yet.",
)

NUDGES = Figure(
    title="What reminders do",
    meaning=(
        "Share met in the weeks in which a coin allowed the reminder, less the share in weeks in which it held it back, at equal "
        "behaviour and week: as assigned, and for those whom the coin decided. Chance made the two sides alike, so this is an "
        "effect. Corrected for the number of behaviours looked at (q)."
    ),
    sql="""
        select
            case when segment = 'all' then 'all behaviours' else replace(split_part(segment, '=', 2), '_', ' ') end as behaviour,
            estimator, verdict, 100 * estimate as points, 100 * ci_low as points_low, 100 * ci_high as points_high,
            q_value, n_units as rep_count, caveat
        from fct_estimates
        where question = 'nudges'
        order by segment != 'all', behaviour, role = 'primary' desc, estimator
    """,
    empty="Not estimated yet.",
)

LOTTERY = Figure(
    title="Attainment that lies between managers",
    meaning=(
        "Share of the variance of monthly attainment that lies between managers, month and tenure held. Holds territories, "
        "hiring and luck as well as managing: a reason to look, never a ranking."
    ),
    sql="""
        select
            estimate as value,
            format('95 % from {:.0f} to {:.0f} %', 100 * ci_low, 100 * ci_high) as detail
        from fct_estimates
        where question = 'manager_lottery' and estimator = 'mixed_model_attainment' and segment = 'all'
    """,
    format="percent",
)

SCORE_LOTTERY = Figure(
    title="Call scores that lie between managers",
    meaning="The same share for the monthly rubric score of the reps' calls.",
    sql="""
        select
            estimate as value,
            format('95 % from {:.0f} to {:.0f} %', 100 * ci_low, 100 * ci_high) as detail
        from fct_estimates
        where question = 'manager_lottery' and estimator = 'mixed_model_rubric_score' and segment = 'all'
    """,
    format="percent",
)

SPREAD = Figure(
    title="How far managers lie apart",
    meaning=(
        "Managers by shrunken effect on monthly attainment, in bins of five points, without names: the spread is the "
        "finding, not who is where."
    ),
    sql="""
        select 5 * floor(20 * effect) as points_from, count(*) as manager_count
        from fct_manager_effects
        where outcome = 'monthly attainment'
        group by points_from
        order by points_from
    """,
    empty="Fewer than ten managers or sixty reps, or the model did not settle.",
)

PLAN = Figure(
    title="How long until a test can tell",
    meaning=(
        "Half of the teams start at random, the others later; each is compared with itself before. Chance to tell the "
        "effect after so many months, from how much team results move by themselves here."
    ),
    sql="""
        select
            100 * cast(split_part(segment, '=', 2) as double) as effect_points, x as months, estimate as power
        from fct_curves
        where question = 'power'
        order by effect_points, months
    """,
    empty="Fewer than six teams or six months: the noise of team results cannot be told.",
)

TEAM_MONTHS = Figure(
    title="Noise of team results",
    meaning="Complete rep-months with their team: how much team means move from month to month is the noise of a test.",
    sql="""
        select team_id, month, rep_id, attainment
        from fct_rep_months
        where is_complete and team_id is not null
        order by month, team_id, rep_id
    """,
)

TEAMS = Figure(
    title="Teams for a fair test",
    meaning="Teams with reps in the last three complete months, their mean attainment and their reps.",
    sql="""
        select team_id, avg(attainment) as attainment, count(distinct rep_id) as reps
        from fct_rep_months
        where
            is_complete and team_id is not null
            and month > (select max(month) from fct_rep_months where is_complete) - interval 3 month
        group by team_id
        order by team_id
    """,
    empty="No team has a complete month.",
)
