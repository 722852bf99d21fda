-- One row per rule × call, meeting, or manager and day that breaks it.
with calls as not materialized (

    select * from {{ ref('fct_calls') }}

),

sessions as not materialized (

    select * from {{ ref('fct_coaching_sessions') }}

),

recorder_calls as (

    select * from {{ ref('stg_gong__calls') }}

),

calendar_events as (

    select * from {{ ref('stg_calendar__events') }}

),

behaviours as (

    select * from {{ ref('dim_behaviours') }}

),

call_faults as (

    select
        'call_without_start' as rule,
        'call' as subject_kind,
        call_id as subject_id,
        cast(null as date) as observed_on,
        coalesce(title, 'no title') as detail,
        1 as row_count
    from calls
    where call_date is null
    union all
    select
        'call_without_pair' as rule,
        'call' as subject_kind,
        call_id,
        call_date,
        unmatched_reason,
        1 as row_count
    from calls
    where unmatched_reason is not null
    union all
    select
        'call_not_heard' as rule,
        'call' as subject_kind,
        call_id,
        call_date,
        status,
        1 as row_count
    from calls
    where status != 'transcribed'
    union all
    select
        'role_confidence_low' as rule,
        'call' as subject_kind,
        call_id,
        call_date,
        'confidence ' || round(role_confidence, 2) || coalesce(' by ' || role_rule, '') as detail,
        1 as row_count
    from calls
    where status = 'transcribed' and role_confidence < {{ var('role_confidence_minimum') }}
    union all
    select
        'negative_duration' as rule,
        'call' as subject_kind,
        call_id,
        cast(started_at as date) as observed_on,
        'duration ' || duration_seconds || ' s' as detail,
        1 as row_count
    from recorder_calls
    where duration_seconds < 0

),

session_faults as (

    select
        'call_without_pair' as rule,
        'one_on_one' as subject_kind,
        session_id as subject_id,
        session_date as observed_on,
        unmatched_reason as detail,
        1 as row_count
    from sessions
    where unmatched_reason is not null
    union all
    select
        'unheard_one_on_ones' as rule,
        'manager' as subject_kind,
        manager_id,
        session_date,
        count(*) || ' held and not heard: ' || min(unheard_reason)
        || case when min(unheard_reason) != max(unheard_reason) then ', ' || max(unheard_reason) else '' end as detail,
        count(*) as row_count
    from sessions
    where not is_heard and manager_id is not null
    group by manager_id, session_date
    union all
    select
        'role_confidence_low' as rule,
        'one_on_one' as subject_kind,
        session_id,
        session_date,
        'confidence ' || round(role_confidence, 2) as detail,
        1 as row_count
    from sessions
    where is_heard and role_confidence < {{ var('role_confidence_minimum') }}
    union all
    select
        'negative_duration' as rule,
        'meeting' as subject_kind,
        calendar_event_id,
        cast(starts_at as date) as observed_on,
        'on the calendar of ' || min(owner_email) as detail,
        1 as row_count
    from calendar_events
    where ends_at < starts_at
    group by calendar_event_id, starts_at

),

rubric_faults as (

    select
        'rubric_text_missing' as rule,
        'behaviour' as subject_kind,
        behaviour_key as subject_id,
        cast(null as date) as observed_on,
        'scores without rubric text' as detail,
        1 as row_count
    from behaviours
    where rubric_hash is null

),

gathered as (

    select * from call_faults
    union all
    select * from session_faults
    union all
    select * from rubric_faults

),

final as (

    select
        *,
        cast(null as double) as amount
    from gathered

)

select * from final
