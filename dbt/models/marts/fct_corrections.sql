with transitions as (

    select * from {{ ref('stg_coaching__corrections') }}
    where recorded_on <= {{ as_of() }}

),

held_back as (

    -- By a coin, for the week of the as-of date.
    select
        rep_id,
        behaviour_id
    from {{ ref('stg_coaching__nudges') }}
    where not is_assigned and week_start = cast({{ dbt.date_trunc('week', as_of()) }} as date)

),

behaviours as (

    select * from {{ ref('dim_behaviours') }}
    where is_current

),

reps as (

    select * from {{ ref('dim_reps') }}

),

acknowledgements as (

    select
        correction_id,
        sequence_number,
        min(acknowledged_at) as acknowledged_at
    from {{ ref('stg_app__correction_acknowledgements') }}
    group by correction_id, sequence_number

),

scores as (

    select * from {{ ref('fct_behaviour_scores') }}
    where is_applicable and is_met is not null and rep_id is not null and rubric_id = 'sales_call'
        and call_date > {{ dbt.dateadd('day', -91, as_of()) }} and call_date <= {{ as_of() }}

),

rates as (

    select
        rep_id,
        behaviour_id,
        count(*) as opportunity_count,
        count(*) filter (where is_met) as met_count,
        (count(*) filter (where is_met)) / cast(count(*) as double) as hit_rate
    from scores
    group by rep_id, behaviour_id

),

top_rates as (

    -- A group's rate, so that no single rep can be read from it.
    select
        behaviour_id,
        sum(met_count) / nullif(sum(opportunity_count), 0) as top_rate
    from (
        select
            behaviour_id,
            met_count,
            opportunity_count,
            ntile(4) over (partition by behaviour_id order by hit_rate desc, rep_id asc) as quarter_number
        from rates
        where opportunity_count >= {{ var('top_performers_minimum_opportunities') }}
    ) as ranked_reps
    where quarter_number = 1
    group by behaviour_id
    having count(*) >= {{ var('top_performers_minimum_reps') }}

),

final as (

    select
        transitions.correction_id,
        transitions.sequence_number,
        transitions.rep_id,
        reps.manager_id,
        reps.team_id,
        transitions.behaviour_id,
        behaviours.behaviour_name,
        transitions.rubric,
        transitions.state,
        transitions.changed_at,
        transitions.reason,
        transitions.nudge_count,
        transitions.due_on,
        transitions.evidence_at,
        transitions.recorded_on,
        acknowledgements.acknowledged_at,
        rates.hit_rate as rep_rate,
        top_rates.top_rate as top_performers_rate,
        cast(len(transitions.call_ids) as bigint) as call_count,
        transitions.correction_id || '#' || cast(transitions.sequence_number as varchar) as transition_id,
        array_to_string(transitions.call_ids, ',') as call_ids,
        held_back.rep_id is not null as is_held_back,
        -- Worked out afterwards from calls before the day of the run: nobody was shown it then.
        cast(transitions.changed_at as date) < transitions.recorded_on as is_worked_out_later,
        cast(
            {{ dbt.dateadd('day', var('manager_sees_corrections_after_days'), 'cast(transitions.changed_at as date)') }} as date
        ) as visible_to_manager_on,
        row_number() over (
            partition by transitions.correction_id order by transitions.sequence_number desc
        ) = 1 as is_current,
        min(case when transitions.state = 'open' then transitions.changed_at end) over (
            partition by transitions.correction_id
        ) as opened_at
    from transitions
    inner join reps on transitions.rep_id = reps.rep_id
    left join behaviours
        on transitions.rubric = behaviours.rubric_id || '.v' || cast(behaviours.rubric_version as varchar)
        and transitions.behaviour_id = behaviours.behaviour_id
    left join rates
        on transitions.rep_id = rates.rep_id
        and transitions.behaviour_id = rates.behaviour_id
    left join top_rates on transitions.behaviour_id = top_rates.behaviour_id
    left join held_back
        on transitions.rep_id = held_back.rep_id
        and transitions.behaviour_id = held_back.behaviour_id
    left join acknowledgements
        on transitions.correction_id = acknowledgements.correction_id
        and transitions.sequence_number = acknowledgements.sequence_number

)

select * from final
