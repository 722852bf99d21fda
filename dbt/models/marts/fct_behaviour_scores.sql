{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["int_call_days"]
) }}
-- depends_on: {{ ref('int_call_days') }}

-- Wide and read twice: reading the files twice costs less than holding all rows in memory.
with scores as not materialized (

    select * from {{ ref('stg_scores__behaviours') }}
    where {{ is_touched('call_date') }}

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
    where {{ is_touched('call_date') }}
    union all
    select
        call_id,
        call_date,
        'one_on_one' as call_kind,
        rep_id,
        manager_id,
        team_id
    from {{ ref('int_recorded_one_on_ones_matched') }}
    where {{ is_touched('call_date') }}

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
        rubric_id,
        rubric_version,
        behaviour_id,
        max(call_date) as call_date,
        {{ value_at_latest('verdict', 'review_order') }} as verdict,
        {{ value_at_latest("case when verdict not in ('met', 'not_met') then verdict end", 'review_order') }} as told_verdict,
        count(*) as review_count
    from reviews
    group by call_id, rubric_id, rubric_version, behaviour_id

),

joined as (

    select
        newest.*,
        calls.call_kind,
        days.month,
        calls.rep_id,
        calls.manager_id,
        calls.team_id,
        reviews_summarised.verdict,
        reviews_summarised.told_verdict,
        reviews_summarised.review_count,
        -- A review belongs to the day of its call: its rows are the ones built again with it.
        coalesce(reviews_summarised.call_date = newest.call_date, true) as is_of_day
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

),

final as (

    select
        call_id,
        call_kind,
        call_date,
        month,
        rep_id,
        manager_id,
        team_id,
        rubric_id,
        rubric_version,
        behaviour_id,
        is_applicable,
        is_met,
        probability,
        is_abstained,
        opportunity_utterance_index,
        evidence_utterance_index,
        evidence_start_seconds,
        evidence_end_seconds,
        evidence_quote,
        evidence_count,
        scorer,
        scorer_version,
        fallback_reason,
        scored_as_of,
        -- A blind answer reads as what it says of the score.
        case
            when not is_of_day then null
            when verdict not in ('met', 'not_met') then verdict
            when {{ is_agreed('verdict', 'is_applicable', 'is_met') }} then 'agree'
            when not {{ is_agreed('verdict', 'is_applicable', 'is_met') }} then 'disagree'
            else told_verdict
        end as review_verdict,
        case when is_of_day then coalesce(review_count, 0) else 0 end as review_count
    from joined

)

select * from final
