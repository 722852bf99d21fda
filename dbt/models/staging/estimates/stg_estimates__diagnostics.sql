-- Checks behind each estimate.
with source as (

    select * from {{ source('lake', 'estimates__diagnostics') }}

),

final as (

    select
        date as as_of_date,
        run_id,
        question,
        estimator,
        segment,
        diagnostic,
        value,
        threshold,
        passed,
        detail
    from source

)

select * from final
