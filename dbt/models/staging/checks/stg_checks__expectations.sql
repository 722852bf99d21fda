-- Results of the expectations on landed tables.
with source as (

    select * from {{ source('lake', 'checks__expectations') }}

),

final as (

    select
        date as as_of_date,
        suite,
        table_name,
        expectation,
        column_name,
        is_success,
        row_count,
        unexpected_count,
        example,
        meaning
    from source

)

select * from final
