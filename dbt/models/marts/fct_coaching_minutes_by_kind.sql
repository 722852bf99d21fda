{{ config(
    materialized="incremental",
    object="session_date",
    touched_by=["fct_coaching_sessions", "int_call_days"]
) }}
-- depends_on: {{ ref('int_call_days') }}

with minutes as (

    select * from {{ ref('stg_sessions__minutes_by_kind') }}
    where {{ is_touched('call_date') }}

),

sessions as (

    select * from {{ ref('fct_coaching_sessions') }}
    where {{ is_touched('session_date') }}

),

kinds as (

    select * from {{ ref('one_on_one_kinds') }}

),

final as (

    select
        sessions.session_id,
        sessions.session_date,
        minutes.kind,
        minutes.word_count,
        coalesce(kinds.kind_group, 'other') as kind_group,
        minutes.minutes * sessions.excerpt_factor as minutes
    from minutes
    inner join sessions
        on minutes.call_id = sessions.call_id
        and sessions.is_heard
    left join kinds on minutes.kind = kinds.kind

)

select * from final
