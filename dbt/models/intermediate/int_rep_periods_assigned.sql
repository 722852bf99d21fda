{{ config(
    materialized="incremental",
    object="period_start",
    touched_by=["int_rep_days"]
) }}

-- One row per rep × period (week, month, quarter) begun by the as-of date with a day in seat: who managed most of it.
with rep_days as (

    select * from {{ ref('int_rep_days') }}

),

spells as (

    {% for kind, column in [('week', 'week_start'), ('month', 'month'), ('quarter', 'quarter_start')] %}
        select
            '{{ kind }}' as period_kind,
            {{ column }} as period_start,
            rep_id,
            manager_id,
            team_id,
            segment,
            count(*) as day_count,
            min(day) as first_day,
            max(day) as last_day,
            count(*) filter (where is_working_day_in_seat) as working_days_in_seat
        from rep_days
        where {{ column }} <= {{ as_of() }}
            -- Only the periods that run, or ran at the last build, can still change by themselves.
            and {{ column }} > {{ dbt.dateadd('day', -100, built_as_of()) }}
            {% if kind == 'week' %}and day <= {{ as_of() }}{% endif %}
        group by {{ column }}, rep_id, manager_id, team_id, segment
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

ranked as (

    select
        *,
        min(first_day) over (partition by period_kind, period_start, rep_id) as first_day_of_all,
        sum(working_days_in_seat) over (partition by period_kind, period_start, rep_id) as all_working_days_in_seat,
        row_number() over (
            partition by period_kind, period_start, rep_id
            order by day_count desc, last_day desc, manager_id asc nulls last, team_id asc nulls last
        ) as preference
    from spells

),

final as (

    select
        period_kind,
        period_start,
        rep_id,
        manager_id,
        team_id,
        segment,
        cast(all_working_days_in_seat as bigint) as working_days_in_seat
    from ranked
    where preference = 1
        and first_day_of_all <= {{ as_of() }}

)

select * from final
