-- Points on the curves of estimates.
with source as (

    select * from {{ source('lake', 'estimates__curves') }}

),

final as (

    select
        date as as_of_date,
        run_id,
        question,
        estimator,
        segment,
        x,
        estimate,
        ci_low,
        ci_high,
        n_at_risk
    from source

)

select * from final
