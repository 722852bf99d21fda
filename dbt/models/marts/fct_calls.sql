{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["int_call_days"]
) }}
-- depends_on: {{ ref('int_call_days') }}

with calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'external' and {{ is_touched('call_date') }}

),

matches as (

    select * from {{ ref('int_calls_matched') }}
    where {{ is_touched('call_date') }}

),

days as (

    select * from {{ ref('int_days') }}

),

signals as (

    select * from {{ ref('stg_signals__calls') }}
    where {{ is_touched('call_date') }}

),

scores as (

    select * from {{ ref('int_calls_scored') }}
    where {{ is_touched('call_date') }}

),

moments as (

    select * from {{ ref('stg_moments__calls') }}
    where {{ is_touched('call_date') }}

),

reviews as (

    select * from {{ ref('int_reviews_resolved') }}

),

signals_pivoted as (

    select
        call_id,
        call_date,
        {{ pivoted_signals() }}
    from signals
    group by call_id, call_date

),

scores_summed as (

    -- One rubric judges a kind of call; should several, the score is over all their lines.
    select
        call_id,
        call_date,
        sum(applicable_count) as applicable_count,
        sum(met_count) as met_count,
        sum(abstained_count) as abstained_count,
        {{ value_at_latest('rubric_score', 'applicable_count') }} as rubric_score
    from scores
    group by call_id, call_date

),

moments_counted as (

    select
        call_id,
        call_date,
        count(*) as moment_count
    from moments
    group by call_id, call_date

),

reviews_counted as (

    select
        call_id,
        count(*) as review_count
    from reviews
    group by call_id

),

final as (

    select
        calls.call_id,
        calls.source,
        calls.title,
        calls.call_type,
        calls.started_at,
        calls.call_date,
        days.week_start,
        days.month,
        matches.rep_id,
        matches.manager_id,
        matches.team_id,
        matches.segment,
        matches.unmatched_reason,
        {{ first_element('calls.deal_ids') }} as deal_id,
        cast(coalesce(len(calls.deal_ids), 0) as bigint) as deal_count,
        calls.status,
        calls.status in ('transcribed', 'no_speech') as is_recorded,
        signals_pivoted.call_id is not null or scores_summed.call_id is not null as is_analysed,
        reviews_counted.call_id is not null as is_reviewed,
        calls.duration_seconds,
        calls.session_seconds,
        calls.is_excerpt,
        calls.audio_sha256,
        calls.language,
        calls.engine,
        calls.model,
        calls.channel_count,
        calls.role_confidence,
        calls.role_rule,
        calls.mean_word_probability,
        case when calls.status = 'transcribed' then calls.utterance_count end as utterance_count,
        {{ signal_columns('signals_pivoted') }},
        cast(scores_summed.applicable_count as bigint) as applicable_count,
        cast(scores_summed.met_count as bigint) as met_count,
        cast(scores_summed.abstained_count as bigint) as abstained_count,
        scores_summed.rubric_score,
        case
            when signals_pivoted.call_id is not null or scores_summed.call_id is not null
                then coalesce(moments_counted.moment_count, 0)
        end as moment_count,
        coalesce(reviews_counted.review_count, 0) as review_count
    from calls
    inner join matches on calls.call_id = matches.call_id
    left join days on calls.call_date = days.day
    left join signals_pivoted
        on calls.call_id = signals_pivoted.call_id
        and calls.call_date = signals_pivoted.call_date
    left join scores_summed
        on calls.call_id = scores_summed.call_id
        and calls.call_date = scores_summed.call_date
    left join moments_counted
        on calls.call_id = moments_counted.call_id
        and calls.call_date = moments_counted.call_date
    left join reviews_counted on calls.call_id = reviews_counted.call_id

)

select * from final
