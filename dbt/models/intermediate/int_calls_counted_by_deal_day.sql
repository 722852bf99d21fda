{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["int_call_days"],
    logs=["deal_id"]
) }}
-- depends_on: {{ ref('int_call_days') }}

-- One row per deal × day with external calls about it: counts to be added up.
with calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'external' and call_date is not null and {{ is_touched('call_date') }}

),

call_deals as (

    select
        call_id,
        call_date,
        {{ each_element('deal_ids') }} as deal_id
    from calls

),

final as (

    select
        deal_id,
        call_date,
        count(distinct call_id) as calls_count
    from call_deals
    group by deal_id, call_date

)

select * from final
