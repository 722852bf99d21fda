-- Coins flipped for reminders, and what came of them.
with source as (

    select * from {{ source('lake', 'coaching__nudges') }}

),

final as (

    select
        date as week_start,
        rep_id,
        behaviour_id,
        is_assigned,
        assigned_share,
        seed as assignment_seed,
        assigned_on,
        is_received,
        opportunity_count,
        met_count,
        hit_rate_before
    from source

)

select * from final
