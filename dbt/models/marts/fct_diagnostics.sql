with diagnostics as (

    select * from {{ ref('stg_estimates__diagnostics') }}

),

runs as (

    select * from {{ ref('int_estimation_run_latest') }}

),

final as (

    select
        diagnostics.question,
        diagnostics.estimator,
        diagnostics.segment,
        diagnostics.diagnostic,
        diagnostics.value,
        diagnostics.threshold,
        diagnostics.passed as is_passed,
        diagnostics.detail,
        runs.run_id
    from diagnostics
    inner join runs on diagnostics.run_id = runs.run_id

)

select * from final
