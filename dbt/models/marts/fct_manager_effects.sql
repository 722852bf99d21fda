with lotteries as (

    select * from {{ ref('stg_estimates__estimates') }}
    where question = 'manager_lottery'

),

runs as (

    select * from {{ ref('int_estimation_run_latest') }}

),

effects as (

    select * from lotteries
    where segment like 'manager=%'

),

shares as (

    select * from lotteries
    where segment = 'all'

),

final as (

    select
        effects.outcome,
        effects.estimate as effect,
        effects.ci_low as effect_low,
        effects.ci_high as effect_high,
        effects.n_units as rep_count,
        effects.n_obs as rep_months_count,
        shares.estimate as variance_share,
        shares.ci_low as variance_share_low,
        shares.ci_high as variance_share_high,
        effects.caveat,
        runs.run_id,
        replace(effects.segment, 'manager=', '') as manager_id
    from effects
    inner join runs on effects.run_id = runs.run_id
    inner join shares on effects.run_id = shares.run_id and effects.estimator = shares.estimator

)

select * from final
