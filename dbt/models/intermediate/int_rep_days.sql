-- One row per rep × day in a selling seat, through the end of the quarter of the as-of date (so that a running quarter's
-- quota is prorated for whoever is still in seat; facts filter on the as-of date themselves).
with assignments as (

    select * from {{ ref('int_assignments_classified') }}

),

days as (

    select * from {{ ref('int_days') }}

),

absences as (

    select * from {{ ref('stg_hr__absences') }}

),

absence_kinds as (

    select * from {{ ref('absence_kinds') }}

),

data_window as (

    select * from {{ ref('int_data_window') }}

),

as_of_quarters as (

    select quarter_start
    from days
    where day = {{ as_of() }}

),

bounds as (

    select
        cast({{ dbt.date_trunc('month', 'min(data_window.first_day)') }} as date) as first_day,
        max(days.day) as last_day
    from days
    inner join as_of_quarters on days.quarter_start = as_of_quarters.quarter_start
    cross join data_window

),

seats as (

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

seat_days as (

    select
        rep_id,
        manager_id,
        team_id,
        segment,
        valid_from,
        cast({{ each_day('first_day', 'last_day') }} as date) as day
    from seats
    where first_day <= last_day

),

leave_days as (

    select distinct
        absences.person_id as rep_id,
        cast({{ each_day('absences.starts_on', 'absences.ends_on') }} as date) as day
    from absences
    inner join absence_kinds
        on absences.absence_kind = absence_kinds.absence_kind
        and absence_kinds.is_leave
    where absences.starts_on <= absences.ends_on

),

final as (

    select
        seat_days.rep_id,
        seat_days.day,
        seat_days.manager_id,
        seat_days.team_id,
        seat_days.segment,
        seat_days.valid_from,
        days.week_start,
        days.month,
        days.quarter_start,
        leave_days.day is not null as is_on_leave,
        days.is_working_day and leave_days.day is null as is_working_day_in_seat
    from seat_days
    inner join days on seat_days.day = days.day
    left join leave_days
        on seat_days.rep_id = leave_days.rep_id
        and seat_days.day = leave_days.day

)

select * from final
