{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["int_call_days"]
) }}
-- depends_on: {{ ref('int_call_days') }}

with moments as (

    select * from {{ ref('stg_moments__calls') }}
    where {{ is_touched('call_date') }}

),

calls as (

    select * from {{ ref('fct_calls') }}
    where {{ is_touched('call_date') }}

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
