-- Effects of single managers are in fct_manager_effects, which fewer people may see.
with estimates as (

    select * from {{ ref('stg_estimates__estimates') }}
    where segment not like 'manager=%'

),

runs as (

    select * from {{ ref('int_estimation_run_latest') }}

),

final as (

    select
        estimates.question,
        estimates.estimator,
        estimates.segment,
        estimates.estimand,
        estimates.population,
        estimates.exposure,
        estimates.outcome,
        estimates.unit,
        estimates.contrast,
        estimates.role,
        estimates.identification,
        estimates.assumptions,
        estimates.verdict,
        estimates.caveat,
        estimates.estimate,
        estimates.std_error,
        estimates.ci_low,
        estimates.ci_high,
        estimates.ci_level,
        estimates.p_value,
        estimates.q_value,
        estimates.n_obs,
        estimates.n_units,
        estimates.n_clusters,
        estimates.n_events,
        estimates.window_start,
        estimates.window_end,
        runs.run_id,
        runs.data_as_of,
        runs.code_version,
        runs.seed,
        runs.config
    from estimates
    inner join runs on estimates.run_id = runs.run_id

)

select * from final
