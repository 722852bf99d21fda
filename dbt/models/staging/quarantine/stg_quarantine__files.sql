-- Files that could not be read.
with source as (

    select * from {{ source('lake', 'quarantine__files') }}

),

final as (

    select
        date as as_of_date,
        file_name,
        sha256,
        byte_count,
        stage,
        reason
    from source

)

select * from final
