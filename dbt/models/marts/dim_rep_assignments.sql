with assignments as (

    select * from {{ ref('int_assignments_classified') }}

),

final as (

    select
        person_id as rep_id,
        manager_id,
        team_id,
        team_name,
        segment,
        job_title,
        valid_from,
        valid_to,
        change_reason,
        valid_from <= {{ as_of() }} and coalesce(valid_to >= {{ as_of() }}, true) as is_current,
        is_shortened
    from assignments
    where seat_kind = 'rep'

)

select * from final
