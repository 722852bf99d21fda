{{ config(
    materialized="incremental",
    object="session_date",
    touched_by=["int_one_on_ones_joined", "int_call_days"],
    built_anew_with=["int_days"]
) }}
-- depends_on: {{ ref('int_call_days') }}

with sessions as (

    select * from {{ ref('int_one_on_ones_joined') }}
    where {{ is_touched('session_date') }}

),

calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'one_on_one' and {{ is_touched('call_date') }}

),

heard as (

    select * from {{ ref('stg_sessions__one_on_ones') }}
    where {{ is_touched('call_date') }}

),

scores as (

    select * from {{ ref('int_calls_scored') }}
    where {{ is_touched('call_date') }}

),

days as (

    select * from {{ ref('int_days') }}

),

scores_chosen as (

    select *
    from scores
    qualify row_number() over (partition by call_id order by applicable_count desc, rubric_id asc) = 1

),

factored as (

    select
        heard.*,
        calls.is_excerpt,
        case
            when calls.is_excerpt then greatest(coalesce(calls.session_seconds / nullif(calls.duration_seconds, 0), 1), 1)
            else 1
        end as excerpt_factor
    from heard
    inner join calls on heard.call_id = calls.call_id

),

final as (

    select
        sessions.session_id,
        'one_on_one' as session_kind,
        sessions.call_id,
        sessions.calendar_event_id,
        sessions.manager_id,
        sessions.rep_id,
        sessions.team_id,
        sessions.segment,
        sessions.unmatched_reason,
        sessions.started_at,
        sessions.session_date,
        days.week_start,
        days.month,
        sessions.calendar_event_id is not null as is_on_calendar,
        sessions.call_id is not null as is_recorded,
        factored.call_id is not null as is_heard,
        case
            when factored.call_id is not null then null
            when sessions.call_id is null then 'not_recorded'
            when calls.status != 'transcribed' then calls.status
            else 'not_scored'
        end as unheard_reason,
        sessions.calendar_minutes,
        coalesce(calls.session_seconds / 60, sessions.calendar_minutes) as session_minutes,
        factored.is_excerpt,
        cast(factored.excerpt_factor as double) as excerpt_factor,
        factored.session_label,
        factored.coaching_minutes * factored.excerpt_factor as coaching_minutes,
        factored.inspection_minutes * factored.excerpt_factor as inspection_minutes,
        factored.other_minutes * factored.excerpt_factor as other_minutes,
        factored.speech_minutes * factored.excerpt_factor as speech_minutes,
        factored.coaching_minutes as coaching_minutes_heard,
        factored.coaching_minutes * factored.excerpt_factor >= {{ var('qualifying_coaching_minutes') }} as is_coached,
        factored.rep_talk_ratio,
        factored.is_action_agreed,
        scores_chosen.rubric_score,
        scores_chosen.met_count,
        scores_chosen.applicable_count,
        calls.role_confidence,
        factored.classifier,
        factored.classifier_version
    from sessions
    left join calls on sessions.call_id = calls.call_id
    left join factored on sessions.call_id = factored.call_id
    left join scores_chosen on sessions.call_id = scores_chosen.call_id
    left join days on sessions.session_date = days.day

)

select * from final
