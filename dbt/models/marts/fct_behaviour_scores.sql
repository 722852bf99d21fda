with scores as (

    select * from {{ ref('int_scores_latest') }}

),

calls as (

    select
        call_id,
        'external' as call_kind,
        rep_id,
        manager_id,
        team_id
    from {{ ref('int_calls_matched') }}
    union all
    select
        call_id,
        'one_on_one' as call_kind,
        rep_id,
        manager_id,
        team_id
    from {{ ref('int_recorded_one_on_ones_matched') }}

),

days as (

    select * from {{ ref('int_days') }}

),

reviews as (

    select
        *,
        -- A blind answer reads as what it says of the score.
        case
            when verdict not in ('met', 'not_met') then verdict
            when is_agreed then 'agree'
            when not is_agreed then 'disagree'
        end as said_of_score
    from {{ ref('int_reviews_compared') }}

),

reviews_summarised as (

    select
        call_id,
        rubric_id,
        rubric_version,
        behaviour_id,
        {{ value_at_latest('said_of_score', "strftime(reviewed_at, '%Y-%m-%d %H:%M:%S.%f') || review_id") }} as review_verdict,
        count(*) as review_count
    from reviews
    group by call_id, rubric_id, rubric_version, behaviour_id

),

final as (

    select
        scores.call_id,
        calls.call_kind,
        scores.call_date,
        days.month,
        calls.rep_id,
        calls.manager_id,
        calls.team_id,
        scores.rubric_id,
        scores.rubric_version,
        scores.behaviour_id,
        scores.is_applicable,
        scores.is_met,
        scores.probability,
        scores.is_abstained,
        scores.opportunity_utterance_index,
        scores.evidence_utterance_index,
        scores.evidence_start_seconds,
        scores.evidence_end_seconds,
        scores.evidence_quote,
        scores.evidence_count,
        scores.scorer,
        scores.scorer_version,
        scores.fallback_reason,
        scores.scored_as_of,
        reviews_summarised.review_verdict,
        scores.call_id || '#' || scores.rubric_id || '.v' || scores.rubric_version || '.' || scores.behaviour_id as score_id,
        coalesce(reviews_summarised.review_count, 0) as review_count
    from scores
    left join calls on scores.call_id = calls.call_id
    left join days on scores.call_date = days.day
    left join reviews_summarised
        on scores.call_id = reviews_summarised.call_id
        and scores.rubric_id = reviews_summarised.rubric_id
        and scores.rubric_version = reviews_summarised.rubric_version
        and scores.behaviour_id = reviews_summarised.behaviour_id

)

select * from final
