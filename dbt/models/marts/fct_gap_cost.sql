with costs as (

    select * from {{ ref('stg_estimates__gap_cost') }}

),

runs as (

    select * from {{ ref('int_estimation_run_latest') }}

),

final as (

    select
        costs.team_id,
        costs.quarter_start,
        costs.component,
        costs.unit_count,
        costs.cost_low,
        costs.cost_mid,
        costs.cost_high,
        costs.currency,
        costs.inputs,
        costs.caveat,
        runs.run_id
    from costs
    inner join runs on costs.run_id = runs.run_id

)

select * from final
