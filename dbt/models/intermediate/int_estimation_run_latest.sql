-- The newest run on or before the as-of date. Its row lands last, so its results are whole.
with runs as (

    select * from {{ ref('stg_estimates__runs') }}
    where data_as_of <= {{ as_of() }}

),

final as (

    select
        run_id,
        code_version,
        data_as_of,
        seed,
        config
    from runs
    qualify row_number() over (order by data_as_of desc, run_id asc) = 1

)

select * from final
