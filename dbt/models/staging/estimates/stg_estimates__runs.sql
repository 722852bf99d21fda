-- Estimation runs: what they were made from.
with source as (

    select * from {{ source('lake', 'estimates__runs') }}

),

final as (

    select
        date as as_of_date,
        run_id,
        code_version,
        data_as_of,
        seed,
        config,
        cast(run_at as timestamp) as run_at
    from source

)

select * from final
