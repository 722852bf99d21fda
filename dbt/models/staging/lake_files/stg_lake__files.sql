-- Files of the lake's tables of calls, one row per table and date, with a mark that changes when the file's rows do.
with source as (

    select * from {{ source('lake', 'lake_files') }}

),

final as (

    select
        cast(substr(split_part(file_name, '/', -2), 6) as date) as lake_date,
        split_part(file_name, '/', -3) as lake_table,
        -- All of the footer's notes: files of older releases hold only the mark of what they were made from.
        md5(string_agg(md5(key) || md5(value), '' order by key)) as content_mark
    from source
    group by file_name

)

select * from final
