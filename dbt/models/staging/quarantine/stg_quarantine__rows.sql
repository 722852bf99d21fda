-- Rows that broke a contract on their way in.
with source as (

    select * from {{ source('lake', 'quarantine__rows') }}

),

final as (

    select
        date as as_of_date,
        row_id,
        table_name,
        source_file,
        source_row,
        rule,
        reason,
        payload
    from source

)

select * from final
