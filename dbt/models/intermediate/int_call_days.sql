{{ config(
    materialized="incremental",
    object="day"
) }}

-- One row per day with anything known of calls: a fingerprint of all that the marts of calls are made of on it (macros/incremental.sql).
with files as (

    select * from {{ ref('stg_lake__files') }}

),

calls as (

    select * from {{ ref('int_calls_gathered') }}

),

matches as (

    select * from {{ ref('int_calls_matched') }}

),

one_on_ones as (

    select * from {{ ref('int_recorded_one_on_ones_matched') }}

),

reviews as (

    select * from {{ ref('int_reviews_dated') }}

),

days as (

    select * from {{ ref('int_days') }}

),

behaviours as (

    select * from {{ ref('int_behaviours_latest') }}

),

parts as (

    select
        lake_date as day,
        lake_table as part,
        content_mark
    from files
    union all
    select
        call_date as day,
        'calls' as part,
        {{ content_mark('calls') }} as content_mark
    from calls
    group by call_date
    union all
    select
        call_date as day,
        'matches' as part,
        {{ content_mark('matches') }} as content_mark
    from matches
    group by call_date
    union all
    select
        call_date as day,
        'one_on_ones' as part,
        {{ content_mark('one_on_ones') }} as content_mark
    from one_on_ones
    group by call_date
    union all
    select
        call_date as day,
        'reviews' as part,
        {{ content_mark('reviews') }} as content_mark
    from reviews
    group by call_date
    union all
    select
        day,
        'calendar' as part,
        {{ content_mark('days') }} as content_mark
    from days
    group by day

),

reviews_of_unknown_calls as (

    select {{ content_mark('reviews') }} as content_mark
    from reviews
    where call_date is null

),

everywhere as (

    -- What belongs to no day belongs to every day.
    select {{ content_mark('behaviours') }} || ',' || any_value(reviews_of_unknown_calls.content_mark) as content_mark
    from behaviours
    cross join reviews_of_unknown_calls

),

final as (

    select
        parts.day,
        md5(string_agg(parts.part || parts.content_mark, ',' order by parts.part) || any_value(everywhere.content_mark)) as fingerprint
    from parts
    cross join everywhere
    where parts.day is not null
    group by parts.day
    having bool_or(parts.part != 'calendar')

)

select * from final
