{{ config(
    materialized="incremental",
    object="call_id",
    touched_by=["int_calls_gathered"],
    built_anew_with=["int_emails_resolved", "int_assignments_classified", "int_seats"]
) }}

-- One row per external call: the rep who held it and that rep's manager on the day, or why there is no such pair.
with calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'external' and {{ is_touched('call_id') }}

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

),

seats as (

    select * from {{ ref('int_seats') }}

),

reps as (

    select distinct person_id as rep_id
    from {{ ref('int_assignments_classified') }}
    where seat_kind = 'rep'

),

final as (

    select
        calls.call_id,
        calls.call_date,
        reps.rep_id,
        seats.manager_id,
        seats.team_id,
        seats.segment,
        case
            when calls.host_email is null then 'no_rep_named'
            when emails.person_id is null then 'unknown_person'
            when reps.rep_id is null then 'not_a_rep'
            when seats.rep_id is null then 'rep_not_in_seat'
            when seats.manager_id is null then 'no_manager_on_the_day'
        end as unmatched_reason
    from calls
    left join emails on calls.host_email = emails.email
    left join reps on emails.person_id = reps.rep_id
    left join seats
        on reps.rep_id = seats.rep_id
        and calls.call_date between seats.first_day and seats.last_day

)

select * from final
