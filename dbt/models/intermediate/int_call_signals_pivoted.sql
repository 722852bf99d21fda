-- One row per call with signals: one column a signal.
with signals as (

    select * from {{ ref('stg_signals__calls') }}

),

final as (

    select
        call_id,
        {{ pivoted_signals() }}
    from signals
    group by call_id

)

select * from final
