-- One row per external call: the rep who held it and that rep's manager on the day, or why there is no such pair.
with calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'external'

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

),

rep_days as (

    select * from {{ ref('int_rep_days') }}

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
        rep_days.manager_id,
        rep_days.team_id,
        rep_days.segment,
        case
            when calls.host_email is null then 'no_rep_named'
            when emails.person_id is null then 'unknown_person'
            when reps.rep_id is null then 'not_a_rep'
            when rep_days.rep_id is null then 'rep_not_in_seat'
            when rep_days.manager_id is null then 'no_manager_on_the_day'
        end as unmatched_reason
    from calls
    left join emails on calls.host_email = emails.email
    left join reps on emails.person_id = reps.rep_id
    left join rep_days
        on reps.rep_id = rep_days.rep_id
        and calls.call_date = rep_days.day

)

select * from final
