"""Figures of the page Cost of the gap. Components are never added up: an effect of coaching on ramp is in two of them."""

from dashboards.figure import Figure

NO_RUN = "No cost has been worked out yet: it needs complete quarters with quota and 1:1s."

BY_COMPONENT = Figure(
    title="Last four complete quarters",
    meaning=(
        "Each component over the last four complete quarters, at the lowest, middle and highest of every input. Parts "
        "overlap and are not added up."
    ),
    sql="""
        select
            component, sum(unit_count) as unit_count, sum(cost_low) as cost_low, sum(cost_mid) as cost_mid,
            sum(cost_high) as cost_high, any_value(currency) as currency, any_value(caveat) as caveat
        from fct_gap_cost
        where quarter_start in (select distinct quarter_start from fct_gap_cost order by quarter_start desc limit 4)
        group by component
        order by component desc
    """,
    empty=NO_RUN,
)


def _component(name: str, title: str, meaning: str) -> Figure:
    return Figure(
        title=title,
        meaning=f"{meaning} Middle of all inputs, last four complete quarters; below it the lowest and the highest.",
        sql=f"""
            select
                sum(cost_mid) as value,
                case
                    when sum(cost_high) >= 1e6
                        then format('{{:.1f}} to {{:.1f}} million ', sum(cost_low) / 1e6, sum(cost_high) / 1e6)
                    else format('{{:,.0f}} to {{:,.0f}} ', round(sum(cost_low), -3), round(sum(cost_high), -3))
                end || any_value(currency) as detail
            from fct_gap_cost
            where
                component = '{name}'
                and quarter_start in (
                    select distinct quarter_start from fct_gap_cost order by quarter_start desc limit 4
                )
        """,
        format="money_about",
    )


MISSING_COACHING = _component(
    "under_coached_reps",
    "Coaching missing",
    "Coaching short of every second week × effect of weekly coaching × quota × margin.",
)
LONG_RAMP = _component(
    "excess_ramp",
    "Ramp too long",
    "Ramp months beyond the reference × the month's shortfall against full quota × margin.",
)
LEAVERS = _component(
    "excess_leavers",
    "Leavers too many",
    "Leavers among under-coached reps beyond the rate of well-coached ones × (onboarding + replacement cost).",
)

BY_QUARTER = Figure(
    title="By quarter",
    meaning="Low to high, dot in the middle, for each component and quarter over all teams you may see.",
    sql="""
        select
            quarter_start, component, sum(cost_low) as cost_low, sum(cost_mid) as cost_mid, sum(cost_high) as cost_high
        from fct_gap_cost
        group by quarter_start, component
        order by quarter_start, component
    """,
    empty=NO_RUN,
)

INPUTS = Figure(
    title="What went in, and where it is from",
    meaning=(
        "Every input with its range and origin: own_estimate (only if its verdict is publish), own_data, company_setting "
        "(SIDELINE_GROSS_MARGIN and the like), published_prior (with its flag) or assumption."
    ),
    sql="""
        select distinct
            component, input.name, input.low, input.mid, input.high, input.origin, input.note
        from (
            select
                component,
                unnest(from_json(
                    inputs,
                    '[{"name": "VARCHAR", "low": "DOUBLE", "mid": "DOUBLE", "high": "DOUBLE",
                       "origin": "VARCHAR", "note": "VARCHAR"}]'
                )) as input
            from fct_gap_cost
        )
        order by component, input.name
    """,
    empty=NO_RUN,
)

WHAT_IF = Figure(
    title="What if",
    meaning=(
        "The same quarters at inputs of your own: missing rep-quarters of weekly coaching × quota at your effect and margin; "
        "ramp shortfall at your margin; leavers at your cost of one. Nothing is stored."
    ),
    sql="""
        with last_four as (
            select *, from_json(inputs, '[{"mid": "DOUBLE", "high": "DOUBLE"}]') as given
            from fct_gap_cost
            where
                quarter_start in (select distinct quarter_start from fct_gap_cost order by quarter_start desc limit 4)
        )
        select
            component,
            sum(unit_count) as unit_count,
            sum(case component
                when 'under_coached_reps'
                    then cost_high / nullif(given[1].high * given[2].high, 0) * $effect * $margin
                when 'excess_ramp' then cost_mid / nullif(given[2].mid, 0) * $margin
                else unit_count * $cost_of_a_leaver
            end) as cost
        from last_four
        group by component
        order by component desc
    """,
    empty=NO_RUN,
)

BY_TEAM = Figure(
    title="By team",
    meaning=(
        "Middle of all inputs by team over the last four complete quarters. A single team's leavers are mostly chance; teams "
        "are in order of their id, not of their cost."
    ),
    sql="""
        select
            team_id,
            sum(cost_mid) filter (where component = 'under_coached_reps') as missing_coaching,
            sum(unit_count) filter (where component = 'under_coached_reps') as missing_rep_quarters,
            sum(cost_mid) filter (where component = 'excess_ramp') as long_ramp,
            sum(unit_count) filter (where component = 'excess_ramp') as ramp_months,
            sum(cost_mid) filter (where component = 'excess_leavers') as leavers
        from fct_gap_cost
        where quarter_start in (select distinct quarter_start from fct_gap_cost order by quarter_start desc limit 4)
        group by team_id
        order by team_id
    """,
    empty=NO_RUN,
)
