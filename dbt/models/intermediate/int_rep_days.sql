{{ config(
    materialized="incremental",
    built_anew_with=["int_seats", "stg_hr__absences", "int_days"]
) }}

-- One row per rep × day in a selling seat, through the end of the quarter of the as-of date (so that a running quarter's
-- quota is prorated for whoever is still in seat; facts filter on the as-of date themselves).
with seats as (

    select * from {{ ref('int_seats') }}

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

seat_days as (

    select
        rep_id,
        manager_id,
        team_id,
        segment,
        valid_from,
        cast({{ each_day('first_day', 'last_day') }} as date) as day
    from seats

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
where {{ is_built_anew() }}
