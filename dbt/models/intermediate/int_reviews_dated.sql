-- One row per review of a score by a person, with the day of its call; null where the call is not known.
with reviews as (

    select * from {{ ref('int_reviews_resolved') }}

),

calls as (

    select * from {{ ref('int_calls_gathered') }}

),

final as (

    select
        reviews.review_id,
        reviews.call_id,
        reviews.rubric_id,
        reviews.rubric_version,
        reviews.behaviour_id,
        reviews.verdict,
        reviews.note,
        reviews.is_blind,
        reviews.sampled_by,
        reviews.reviewed_at,
        reviews.reviewer_id,
        calls.call_date
    from reviews
    left join calls on reviews.call_id = calls.call_id

)

select * from final
