{{ config(
    materialized="incremental", incremental_strategy="changed_days", on_schema_change="fail", post_hook="{{ remember_days() }}"
) }}

with scores as (

    select * from {{ ref('stg_scores__behaviours') }}
    where {{ is_on_changed_day('call_date', ref('int_call_days')) }}

),

calls as (

    select
        call_id,
        call_date,
        'external' as call_kind,
        rep_id,
        manager_id,
        team_id
    from {{ ref('int_calls_matched') }}
    where {{ is_on_changed_day('call_date', ref('int_call_days')) }}
    union all
    select
        call_id,
        call_date,
        'one_on_one' as call_kind,
        rep_id,
        manager_id,
        team_id
    from {{ ref('int_recorded_one_on_ones_matched') }}
    where {{ is_on_changed_day('call_date', ref('int_call_days')) }}

),

days as (

    select * from {{ ref('int_days') }}

),

reviews as (

    select
        *,
        strftime(reviewed_at, '%Y-%m-%d %H:%M:%S.%f') || review_id as review_order
    from {{ ref('int_reviews_dated') }}

),

days_judged_again as (

    -- Judged by more than one version, scorer or run. What lies on other days (nearly all) need not be ranked.
    select
        call_date,
        rubric_id
    from scores
    group by call_date, rubric_id
    having min(rubric_version) != max(rubric_version)
        or min(scored_as_of) != max(scored_as_of)
        or min(scorer_version) != max(scorer_version)
        or min(scorer) != max(scorer)

),

newest as (

    select scores.*
    from scores
    where not exists (
            select 1 from days_judged_again
            where days_judged_again.call_date = scores.call_date and days_judged_again.rubric_id = scores.rubric_id
        )
    union all
    select scores.*
    from scores
    where exists (
            select 1 from days_judged_again
            where days_judged_again.call_date = scores.call_date and days_judged_again.rubric_id = scores.rubric_id
        )
    qualify row_number() over (
            partition by scores.call_id, scores.call_date, scores.rubric_id, scores.rubric_version, scores.behaviour_id
            order by scores.scored_as_of desc, scores.scorer_version desc, scores.scorer desc
        ) = 1

),

reviews_summarised as (

    select
        call_id,
        call_date,
        rubric_id,
        rubric_version,
        behaviour_id,
        {{ value_at_latest('verdict', 'review_order') }} as verdict,
        {{ value_at_latest("case when verdict not in ('met', 'not_met') then verdict end", 'review_order') }} as told_verdict,
        count(*) as review_count
    from reviews
    group by call_id, call_date, rubric_id, rubric_version, behaviour_id

),

final as (

    select
        newest.call_id,
        calls.call_kind,
        newest.call_date,
        days.month,
        calls.rep_id,
        calls.manager_id,
        calls.team_id,
        newest.rubric_id,
        newest.rubric_version,
        newest.behaviour_id,
        newest.is_applicable,
        newest.is_met,
        newest.probability,
        newest.is_abstained,
        newest.opportunity_utterance_index,
        newest.evidence_utterance_index,
        newest.evidence_start_seconds,
        newest.evidence_end_seconds,
        newest.evidence_quote,
        newest.evidence_count,
        newest.scorer,
        newest.scorer_version,
        newest.fallback_reason,
        newest.scored_as_of,
        newest.call_id || '#' || newest.rubric_id || '.v' || newest.rubric_version || '.' || newest.behaviour_id as score_id,
        -- A blind answer reads as what it says of the score.
        coalesce(
            case
                when reviews_summarised.verdict not in ('met', 'not_met') then reviews_summarised.verdict
                when {{ is_agreed('reviews_summarised.verdict', 'newest.is_applicable', 'newest.is_met') }} then 'agree'
                when not {{ is_agreed('reviews_summarised.verdict', 'newest.is_applicable', 'newest.is_met') }} then 'disagree'
            end,
            reviews_summarised.told_verdict
        ) as review_verdict,
        coalesce(reviews_summarised.review_count, 0) as review_count
    from newest
    left join calls
        on newest.call_id = calls.call_id
        and newest.call_date = calls.call_date
    left join days on newest.call_date = days.day
    left join reviews_summarised
        on newest.call_id = reviews_summarised.call_id
        and newest.rubric_id = reviews_summarised.rubric_id
        and newest.rubric_version = reviews_summarised.rubric_version
        and newest.behaviour_id = reviews_summarised.behaviour_id
        and newest.call_date = coalesce(reviews_summarised.call_date, newest.call_date)

)

select * from final
