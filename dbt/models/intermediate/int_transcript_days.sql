{{ config(
    materialized="incremental",
    object="call_date"
) }}

-- One row per day with transcripts: a mark that changes when the day's file does.
with files as (

    select * from {{ ref('stg_lake__files') }}
    where lake_table = 'transcripts__calls'

),

final as (

    select
        lake_date as call_date,
        content_mark
    from files

)

select * from final
