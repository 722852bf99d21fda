"""Figures of the page What coaching is worth: the effect on quota, what stands beside it, the checks, the rows."""

from dashboards.figure import Figure

NO_RUN = "Nothing has been estimated yet: it needs complete months with quota and 1:1s."

VERDICT = Figure(
    title="The verdict",
    meaning=(
        "The main estimate: monthly attainment on the decayed stock of coached weeks of earlier months, within a rep, "
        "against the same manager's other reps in the same month and others of the same tenure, attainment two to four "
        "months earlier held. The verdict follows from the checks by a written rule; significance is no part of it."
    ),
    sql="""
        select
            verdict, estimate, ci_low, ci_high, ci_level, unit, contrast, caveat, assumptions, identification,
            window_start, window_end, run_id, code_version, seed, data_as_of
        from fct_estimates
        where question = 'coaching_effect' and role = 'primary' and segment = 'all'
    """,
    empty=NO_RUN,
)

EFFECT = Figure(
    title="Effect of weekly coaching",
    meaning=(
        "Points of monthly attainment that sustained weekly coaching adds against none. A dash where the verdict is "
        "to withhold it."
    ),
    sql="""
        select
            estimate as value,
            case when estimate is null then 'withheld'
            else format('95 % from {:+.1f} to {:+.1f}', 100 * ci_low, 100 * ci_high) end as detail
        from fct_estimates
        where question = 'coaching_effect' and role = 'primary' and segment = 'all'
    """,
    format="points",
)

POWER = Figure(
    title="Chance to see 5 points",
    meaning=(
        "Power: in how many of 100 such data sets a true effect of 5 points would be told from zero. Computed before the "
        "effect is looked at; under 80 % an estimate near zero says little."
    ),
    sql="""
        select value, 'of true 5-point effects' as detail
        from fct_diagnostics
        where question = 'coaching_effect' and segment = 'all' and diagnostic = 'power_at_5_points'
    """,
    format="percent",
)

DETECTABLE = Figure(
    title="Smallest effect that can be told",
    meaning="Effects smaller than this would be missed in more than one of five such data sets.",
    sql="""
        select value, 'of attainment, 80 % power' as detail
        from fct_diagnostics
        where question = 'coaching_effect' and segment = 'all' and diagnostic = 'detectable_effect'
    """,
    format="points",
)

NAIVE_GAP = Figure(
    title="The naive gap: not an effect",
    meaning=(
        "Share of rep-months at quota: coached weekly minus quarterly or less, by coaching heard. It says who is coached "
        "as much as what coaching does; such a gap appears in a company where coaching does nothing. It never stands "
        "without the effect beside it."
    ),
    sql="""
        select
            estimate as value,
            format('95 % from {:+.1f} to {:+.1f}, descriptive', 100 * ci_low, 100 * ci_high) as detail
        from fct_estimates
        where question = 'coaching_effect' and estimator = 'naive_gap' and segment = 'true_band=gap'
    """,
    format="points",
)

ESTIMATES = Figure(
    title="The estimate and those beside it",
    meaning=(
        "Each differs from the main one in one thing: no half-life, last month's result held, no correction for misheard "
        "weeks, calendar 1:1s, survivors only, no earlier results. The placebo must be about zero. Points of monthly "
        "attainment, 95 % intervals by manager. Those withheld are not drawn."
    ),
    sql="""
        select
            estimator, role, 100 * estimate as points, 100 * ci_low as points_low, 100 * ci_high as points_high
        from fct_estimates
        where
            question = 'coaching_effect' and segment = 'all' and unit = 'attainment' and role <> 'descriptive'
            and estimate is not null
        order by role = 'primary' desc, role = 'placebo', estimator
    """,
    empty="Nothing to draw: every estimate is withheld. The reason is in the verdict above.",
)

CHECKS = Figure(
    title="What could be wrong",
    meaning=(
        "The checks that the verdict follows from, each against its threshold. Empty: a figure to read, not a test. "
        "Fewer than 10 managers, 60 reps, 20 % with changing coaching, half of the 1:1s heard, or unknown agreement "
        "with people: withheld."
    ),
    sql="""
        select diagnostic, value, threshold, is_passed, detail
        from fct_diagnostics
        where question = 'coaching_effect' and segment = 'all'
        order by is_passed nulls last, diagnostic
    """,
    empty=NO_RUN,
)

BANDS = Figure(
    title="Months at quota by cadence: descriptive",
    meaning=(
        "Share of rep-months at quota by cadence over three trailing months, by coaching heard and by the calendar; "
        "Wilson intervals on counts divided by the design effect. Says nothing of cause."
    ),
    sql="""
        select
            case when segment like 'true%' then 'Coaching heard' else '1:1s on the calendar' end as basis,
            split_part(segment, '=', 2) as band,
            estimate as rate,
            ci_low,
            ci_high,
            n_obs as rep_quarters_count
        from fct_estimates
        where question = 'coaching_effect' and estimator = 'banded_share' and estimate is not null
        order by basis desc, band
    """,
    format="percent",
    empty="Too few rep-months with a known cadence.",
)

SEGMENTS = Figure(
    title="For whom",
    meaning=(
        "The same effect by tenure and by skill (hit rate in the rep's first six months with calls), each pulled towards "
        "the others as far as its own rows leave it open. The headline is their weighted average."
    ),
    sql="""
        select
            split_part(segment, '=', 1) as part,
            split_part(segment, '=', 2) as part_value,
            100 * estimate as points,
            100 * ci_low as points_low,
            100 * ci_high as points_high,
            n_units as rep_count,
            verdict,
            caveat
        from fct_estimates
        where question = 'coaching_effect' and estimator = 'partial_pooling'
        order by part, part_value
    """,
    empty="Not estimated by group, because the main estimate is withheld.",
)

ROWS = Figure(
    title="The rows behind it",
    meaning=(
        "Complete rep-months as they go in, newest first, the first 500. Coached weeks are null where no 1:1 of the month "
        "was heard: unknown, not zero."
    ),
    sql="""
        select rep_id, manager_id, month, tenure_months, attainment, coached_weeks, heard_weeks, calendar_weeks
        from fct_rep_months
        where is_complete
        order by month desc, rep_id
        limit 500
    """,
    empty="No complete rep-month yet.",
)
