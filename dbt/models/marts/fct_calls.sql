with calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'external'

),

matches as (

    select * from {{ ref('int_calls_matched') }}

),

days as (

    select * from {{ ref('int_days') }}

),

signals as (

    select * from {{ ref('int_call_signals_pivoted') }}

),

scores as (

    select * from {{ ref('int_calls_scored') }}

),

moments as (

    select * from {{ ref('stg_moments__calls') }}

),

reviews as (

    select * from {{ ref('int_reviews_resolved') }}

),

scores_summed as (

    -- One rubric judges a kind of call; should several, the score is over all their lines.
    select
        call_id,
        sum(applicable_count) as applicable_count,
        sum(met_count) as met_count,
        sum(abstained_count) as abstained_count,
        {{ value_at_latest('rubric_score', 'applicable_count') }} as rubric_score
    from scores
    group by call_id

),

moments_counted as (

    select
        call_id,
        count(*) as moment_count
    from moments
    group by call_id

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
        signals.call_id is not null or scores_summed.call_id is not null as is_analysed,
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
        {{ signal_columns('signals') }},
        cast(scores_summed.applicable_count as bigint) as applicable_count,
        cast(scores_summed.met_count as bigint) as met_count,
        cast(scores_summed.abstained_count as bigint) as abstained_count,
        scores_summed.rubric_score,
        case
            when signals.call_id is not null or scores_summed.call_id is not null
                then coalesce(moments_counted.moment_count, 0)
        end as moment_count,
        coalesce(reviews_counted.review_count, 0) as review_count
    from calls
    inner join matches on calls.call_id = matches.call_id
    left join days on calls.call_date = days.day
    left join signals on calls.call_id = signals.call_id
    left join scores_summed on calls.call_id = scores_summed.call_id
    left join moments_counted on calls.call_id = moments_counted.call_id
    left join reviews_counted on calls.call_id = reviews_counted.call_id

)

select * from final
