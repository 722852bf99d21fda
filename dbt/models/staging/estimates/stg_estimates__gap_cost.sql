-- Cost of the coaching gap by team, quarter and component.
with source as (

    select * from {{ source('lake', 'estimates__gap_cost') }}

),

final as (

    select
        date as as_of_date,
        run_id,
        team_id,
        quarter_start,
        currency,
        unit_count,
        cost_low,
        cost_mid,
        cost_high,
        inputs,
        caveat,
        cast(component as varchar) as component
    from source

)

select * from final
