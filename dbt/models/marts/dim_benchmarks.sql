with benchmarks as (

    select * from {{ ref('benchmarks') }}

),

final as (

    select
        benchmark_id,
        topic,
        statement,
        value_low,
        value_high,
        unit,
        source,
        year,
        n,
        definition,
        flag,
        flag_reason
    from benchmarks

)

select * from final
