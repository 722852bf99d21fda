with curves as (

    select * from {{ ref('stg_estimates__curves') }}

),

runs as (

    select * from {{ ref('int_estimation_run_latest') }}

),

final as (

    select
        curves.question,
        curves.estimator,
        curves.segment,
        curves.x,
        curves.estimate,
        curves.ci_low,
        curves.ci_high,
        curves.n_at_risk,
        runs.run_id
    from curves
    inner join runs on curves.run_id = runs.run_id

)

select * from final
