{{ config(
    materialized="incremental",
    object="call_id",
    touched_by=["int_calls_gathered"],
    logs=["call_date"],
    built_anew_with=["int_emails_resolved", "int_seats"]
) }}

-- One row per recorded 1:1: host, the report of the host among the others, or why there is no pair.
with calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'one_on_one' and {{ is_touched('call_id') }}

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

),

seats as (

    select * from {{ ref('int_seats') }}

),

hosts as (

    select
        calls.call_id,
        calls.call_date,
        calls.started_at,
        calls.host_email,
        emails.person_id as host_id
    from calls
    left join emails on calls.host_email = emails.email

),

others as (

    select
        participants.call_id,
        emails.person_id
    from (
        select
            call_id,
            host_email,
            {{ each_element('participants') }} as participant
        from calls
    ) as participants
    inner join emails on {{ to_email('participants.participant.email') }} = emails.email
    where {{ to_email('participants.participant.email') }} is distinct from participants.host_email

),

paired as (

    select
        hosts.call_id,
        hosts.host_id,
        hosts.started_at,
        hosts.call_date,
        hosts.host_email,
        others.person_id as other_id,
        seats.rep_id,
        seats.manager_id,
        seats.team_id,
        seats.segment,
        row_number() over (
            partition by hosts.call_id
            order by
                case when seats.manager_id = hosts.host_id then 0 when seats.rep_id is not null then 1 else 2 end,
                others.person_id
        ) as preference
    from hosts
    left join others on hosts.call_id = others.call_id
    left join seats
        on others.person_id = seats.rep_id
        and hosts.call_date between seats.first_day and seats.last_day

),

final as (

    select
        call_id,
        started_at,
        call_date,
        case when manager_id = host_id then host_id end as manager_id,
        case when manager_id = host_id then rep_id end as rep_id,
        case when manager_id = host_id then team_id end as team_id,
        case when manager_id = host_id then segment end as segment,
        case
            when host_email is null or other_id is null and host_id is not null then 'no_rep_named'
            when host_id is null then 'unknown_person'
            when rep_id is null then 'rep_not_in_seat'
            when coalesce(manager_id, '') != host_id then 'not_the_manager_of_the_day'
        end as unmatched_reason
    from paired
    where preference = 1

)

select * from final
