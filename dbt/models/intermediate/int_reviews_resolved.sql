-- One row per review of a score by a person, on or before the as-of date, with who reviewed.
with reviews as (

    select * from {{ ref('stg_app__reviews') }}

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

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
        cast(reviews.reviewed_at as date) as review_date,
        emails.person_id as reviewer_id
    from reviews
    left join emails on reviews.reviewer_email = emails.email
    where reviews.reviewed_at is null or cast(reviews.reviewed_at as date) <= {{ as_of() }}

)

select * from final
