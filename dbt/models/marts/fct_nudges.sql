with nudges as (

    select * from {{ ref('stg_coaching__nudges') }}
    where assigned_on <= {{ as_of() }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

final as (

    select
        nudges.week_start,
        nudges.rep_id,
        reps.manager_id,
        reps.team_id,
        nudges.behaviour_id,
        nudges.is_assigned,
        nudges.assigned_share,
        nudges.assignment_seed,
        nudges.assigned_on,
        nudges.is_received,
        nudges.opportunity_count,
        nudges.met_count,
        nudges.hit_rate_before
    from nudges
    inner join reps on nudges.rep_id = reps.rep_id

)

select * from final
