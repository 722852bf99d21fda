-- Estimates with their identification and verdict; numbers are null where the verdict is withhold.
with source as (

    select * from {{ source('lake', 'estimates__estimates') }}

),

final as (

    select
        date as as_of_date,
        run_id,
        question,
        estimand,
        population,
        exposure,
        outcome,
        unit,
        contrast,
        segment,
        estimator,
        estimate,
        std_error,
        ci_low,
        ci_high,
        ci_level,
        p_value,
        q_value,
        n_obs,
        n_units,
        n_clusters,
        n_events,
        window_start,
        window_end,
        assumptions,
        caveat,
        cast(role as varchar) as role,
        cast(identification as varchar) as identification,
        cast(verdict as varchar) as verdict
    from source

)

select * from final
