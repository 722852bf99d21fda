{{ config(
    materialized="incremental",
    object="week_start"
) }}

-- One row per manager × week with reviews of calls of their own reports by them: calls reviewed.
with reviews as (

    select * from {{ ref('int_reviews_resolved') }}

),

calls as (

    select
        call_id,
        manager_id
    from {{ ref('fct_calls') }}
    where call_id in (select reviews.call_id from reviews)

),

days as (

    select * from {{ ref('int_days') }}

),

final as (

    select
        reviews.reviewer_id as manager_id,
        days.week_start,
        count(distinct reviews.call_id) as calls_reviewed_count
    from reviews
    inner join calls
        on reviews.call_id = calls.call_id
        and reviews.reviewer_id = calls.manager_id
    inner join days on reviews.review_date = days.day
    group by reviews.reviewer_id, days.week_start

)

select * from final
