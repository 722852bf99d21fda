{{ config(
    materialized="incremental", incremental_strategy="changed_days", on_schema_change="fail", post_hook="{{ remember_days() }}"
) }}

with moments as (

    select * from {{ ref('stg_moments__calls') }}
    where {{ is_on_changed_day('call_date', ref('int_call_days')) }}

),

calls as (

    select * from {{ ref('fct_calls') }}
    where {{ is_on_changed_day('call_date', ref('int_call_days')) }}

),

final as (

    select
        moments.moment_id,
        moments.call_id,
        moments.call_date,
        calls.rep_id,
        calls.manager_id,
        calls.team_id,
        calls.deal_id,
        moments.kind,
        moments.utterance_index,
        moments.start_seconds,
        moments.end_seconds,
        moments.role,
        moments.quote,
        moments.why
    from moments
    left join calls
        on moments.call_id = calls.call_id
        and moments.call_date = calls.call_date

)

select * from final
