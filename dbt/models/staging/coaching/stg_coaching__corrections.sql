-- Transitions of corrections.
with source as (

    select * from {{ source('lake', 'coaching__corrections') }}

),

final as (

    select
        date as recorded_on,
        correction_id,
        rep_id,
        behaviour_id,
        sequence as sequence_number,
        state,
        cast(changed_at as timestamp) as changed_at,
        reason,
        call_ids,
        nudge_count,
        due_on,
        cast(evidence_at as timestamp) as evidence_at,
        rubric
    from source

)

select * from final
