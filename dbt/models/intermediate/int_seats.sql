-- One row per selling seat: rep × assignment, with the days of it that lie in the seat window. Nobody is in two on a day.
with assignments as (

    select * from {{ ref('int_assignments_classified') }}

),

bounds as (

    select * from {{ ref('int_seat_window') }}

),

clipped as (

    select
        assignments.person_id as rep_id,
        assignments.manager_id,
        assignments.team_id,
        assignments.segment,
        assignments.valid_from,
        greatest(assignments.valid_from, bounds.first_day) as first_day,
        least(coalesce(assignments.valid_to, bounds.last_day), bounds.last_day) as last_day
    from assignments
    cross join bounds
    where assignments.seat_kind = 'rep'

),

final as (

    select * from clipped
    where first_day <= last_day

)

select * from final
