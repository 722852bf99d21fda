"""Figures of the page Data health."""

from dashboards.figure import Figure

FRESHNESS = Figure(
    title="How fresh each source is",
    meaning="Newest record of each kind in the published marts and its age on the as-of date.",
    sql="""
        with newest as (
            select 'Customer calls' as kind, count(*) as row_count, max(call_date) as newest_on from fct_calls
            union all
            select 'Manager 1:1s heard', count(*), max(session_date) from fct_coaching_sessions where is_heard
            union all
            select 'Manager 1:1s on a calendar', count(*), max(session_date)
            from fct_coaching_sessions
            where is_on_calendar
            union all
            select 'Deals created', count(*), max(created_at::date) from fct_deals
            union all
            select 'Deals closed', count(*), max(close_date) filter (where is_closed) from fct_deals where is_closed
            union all
            select 'Rep-quarters with a quota', count(*), max(quarter_end) filter (where is_complete)
            from fct_rep_quarters
            where quota_amount is not null
            union all
            select 'Surveys and pulses', count(*), max(quarter_start) from fct_perception
        )

        select kind, row_count, newest_on, (as_of - newest_on)::bigint as age_days
        from newest
        cross join (select max(as_of) as as_of from publication)
        order by kind
    """,
)

COVERAGE_BY_WEEK = Figure(
    title="Coverage, week by week",
    meaning=(
        "Of the calls and 1:1s known to have been held each week: share of customer calls analysed and share of "
        "1:1s heard, over the last 26 complete weeks."
    ),
    sql="""
        with weeks as (
            select
                week_start,
                sum(calls_analysed_count) / nullif(sum(calls_held_count), 0) as calls_analysed_share,
                sum(one_on_ones_heard_count) / nullif(sum(one_on_ones_held_count), 0) as one_on_ones_heard_share
            from fct_coverage
            cross join (select max(as_of) as as_of from publication)
            where is_complete and week_start > as_of - 188
            group by week_start
        )

        select week_start, measure, share
        from weeks
        cross join lateral (
            values
                ('Customer calls analysed', calls_analysed_share), ('1:1s heard', one_on_ones_heard_share)
        ) as measures (measure, share)
        where share is not null
        order by week_start, measure
    """,
    empty="No week with calls or 1:1s.",
)

ERRORS = Figure(
    title="Errors",
    meaning="Findings for which a number is withheld or a row is left out of totals.",
    sql="select count(*) as value, 'a number is withheld' as detail from fct_data_quality where severity = 'error'",
)

WARNINGS = Figure(
    title="Warnings",
    meaning="Findings for which a number is less certain.",
    sql="""
        select count(*) as value, 'a number is less certain' as detail
        from fct_data_quality
        where severity = 'warning'
    """,
)

QUARANTINED = Figure(
    title="Quarantined",
    meaning=(
        "Files that could not be read and rows that broke a contract. They are kept with their reason, not dropped."
    ),
    sql="""
        select
            count(*) as value,
            format('{} files', count(*) filter (where subject_kind = 'file')) as detail
        from fct_data_quality
        where rule like 'quarantined%'
    """,
)

FAILED_CHECKS = Figure(
    title="Failed checks",
    meaning="Expectations on landed tables that failed in the newest run; their rows are kept. Each is listed below.",
    sql="""
        select count(*) as value, format('in {} tables', count(distinct split_part(subject_id, '.', 1))) as detail
        from fct_data_quality
        where rule = 'failed_expectation'
    """,
)

UNMATCHED_CALLS = Figure(
    title="Calls without a rep",
    meaning="Customer calls that belong to no rep and manager, each with its reason in fct_calls.unmatched_reason.",
    sql="""
        select
            count(*) filter (where unmatched_reason is not null) as value,
            format('of {:,} calls', count(*)) as detail
        from fct_calls
    """,
)

RULES = Figure(
    title="What is wrong or missing, and what that hides",
    meaning=(
        "Findings per rule of the data-quality mart: how many subjects and rows, what the rule says, what it hides."
    ),
    sql="""
        select
            severity,
            rule,
            subject_kind,
            count(*) as subject_count,
            sum(row_count) as row_count,
            any_value(meaning) as meaning,
            any_value(what_it_hides) as what_it_hides
        from fct_data_quality
        group by severity, rule, subject_kind
        order by
            case severity when 'error' then 1 when 'warning' then 2 else 3 end, subject_count desc, rule, subject_kind
    """,
    empty="No finding: every rule holds on everything that landed.",
)

QUARANTINE = Figure(
    title="Quarantine",
    meaning="Files that could not be read and rows that broke a contract, each with its reason.",
    sql="""
        select observed_on, rule, subject_kind, subject_id, detail
        from fct_data_quality
        where rule like 'quarantined%'
        order by observed_on desc, rule, subject_id
    """,
    empty="Nothing is in quarantine.",
)

FINDINGS = Figure(
    title="Findings of one rule",
    meaning="Every subject the chosen rule found.",
    sql="""
        select observed_on, subject_kind, subject_id, detail, row_count, amount
        from fct_data_quality
        where rule = $rule
        order by observed_on desc, subject_kind, subject_id
        limit 500
    """,
    empty="No finding.",
)

MARTS = Figure(
    title="What is published",
    meaning="Marts in this version and how many rows each has. The as-of date is the day the numbers are for.",
    sql="select table_name, row_count, as_of, version from publication order by table_name",
)
