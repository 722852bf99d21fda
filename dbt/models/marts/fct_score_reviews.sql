with reviews as (

    select * from {{ ref('int_reviews_compared') }}

),

days as (

    select * from {{ ref('int_days') }}

),

final as (

    select
        reviews.review_id,
        reviews.call_id,
        reviews.score_date as call_date,
        days.month,
        reviews.rubric_id,
        reviews.rubric_version,
        reviews.behaviour_id,
        reviews.reviewer_id,
        reviews.reviewed_at,
        reviews.is_blind,
        reviews.sampled_by,
        reviews.verdict,
        reviews.note,
        reviews.is_person_applicable,
        reviews.is_person_met,
        reviews.scorer,
        reviews.scorer_version,
        reviews.is_scored_applicable,
        reviews.is_scored_met,
        reviews.is_scorer_abstained,
        reviews.probability,
        reviews.is_agreed
    from reviews
    left join days on reviews.score_date = days.day

)

select * from final
