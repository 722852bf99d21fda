-- One row per review: what the person said, what the machine says of the same now, and whether the two agree.
with reviews as (

    select * from {{ ref('int_reviews_resolved') }}

),

answers as (

    select * from {{ ref('int_answers_gathered') }}

),

questions as (

    select distinct
        call_id,
        rubric_id,
        rubric_version,
        behaviour_id
    from reviews

),

answers_asked_for as (

    -- Of millions of answers the few that people were asked for too.
    select answers.*
    from answers
    inner join questions
        on answers.call_id = questions.call_id
        and answers.rubric_id = questions.rubric_id
        and answers.rubric_version = questions.rubric_version
        and answers.behaviour_id = questions.behaviour_id

),

joined as (

    select
        reviews.review_id,
        reviews.call_id,
        reviews.rubric_id,
        reviews.rubric_version,
        reviews.behaviour_id,
        reviews.reviewer_id,
        reviews.reviewed_at,
        reviews.is_blind,
        reviews.sampled_by,
        reviews.verdict,
        reviews.note,
        answers.call_date,
        answers.scorer,
        answers.scorer_version,
        answers.is_applicable as is_scored_applicable,
        answers.is_met as is_scored_met,
        answers.is_abstained as is_scorer_abstained,
        answers.probability
    from reviews
    left join answers_asked_for as answers
        on reviews.call_id = answers.call_id
        and reviews.rubric_id = answers.rubric_id
        and reviews.rubric_version = answers.rubric_version
        and reviews.behaviour_id = answers.behaviour_id

),

answered as (

    select
        *,
        case verdict
            when 'not_applicable' then false
            when 'agree' then is_scored_applicable
            else true
        end as is_person_applicable,
        case verdict
            when 'met' then true
            when 'not_met' then false
            when 'agree' then is_scored_met
            when 'disagree' then not is_scored_met
        end as is_person_met
    from joined

),

final as (

    select
        *,
        case when scorer is not null then {{ is_agreed('verdict', 'is_scored_applicable', 'is_scored_met') }} end as is_agreed
    from answered

)

select * from final
