{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["int_call_days", "fct_behaviour_scores", "fct_coaching_sessions"]
) }}
-- depends_on: {{ ref('int_call_days') }}
-- depends_on: {{ ref('fct_behaviour_scores') }}
-- depends_on: {{ ref('fct_coaching_sessions') }}

-- One row per review: what the person said, what the machine says of the same now, and whether the two agree.
with reviews as (

    select * from {{ ref('int_reviews_dated') }}
    where {{ is_touched('call_date') }}

),

answers as not materialized (

    select * from {{ ref('int_answers_gathered') }}

),

questions as (

    select distinct
        call_id,
        call_date,
        rubric_id,
        rubric_version,
        behaviour_id
    from reviews

),

answers_asked_for as (

    -- Of millions of answers the few that people were asked for too: on the day of the call, or on any if the call is not known.
    select answers.*
    from answers
    inner join questions
        on answers.call_id = questions.call_id
        and answers.call_date = questions.call_date
        and answers.rubric_id = questions.rubric_id
        and answers.rubric_version = questions.rubric_version
        and answers.behaviour_id = questions.behaviour_id
    where {{ is_touched('answers.call_date') }}
    union all
    select answers.*
    from answers
    inner join questions
        on answers.call_id = questions.call_id
        and answers.rubric_id = questions.rubric_id
        and answers.rubric_version = questions.rubric_version
        and answers.behaviour_id = questions.behaviour_id
    where questions.call_date is null

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
        reviews.call_date,
        answers.call_date as score_date,
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
