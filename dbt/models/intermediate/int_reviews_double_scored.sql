-- One row per blind answer of a person, the newest of each person and question, with its place among people's answers
-- and, in order of calls, the CUSUM of disagreements of its behaviour and scorer version.
with reviews as (

    select * from {{ ref('fct_score_reviews') }}
    where is_blind and call_date is not null and reviewed_at is not null

),

newest as (

    select
        *,
        -- Who asks only about the doubtful would find a worse scorer than there is.
        coalesce(sampled_by, 'chosen') != 'informative' as is_representative
    from reviews
    qualify row_number() over (
            partition by call_id, rubric_id, rubric_version, behaviour_id, reviewer_id
            order by reviewed_at desc, review_id asc
        ) = 1

),

placed as (

    select
        *,
        row_number() over (
            partition by call_id, rubric_id, rubric_version, behaviour_id
            order by is_representative desc, reviewed_at asc, review_id asc
        ) as answer_number,
        first_value(verdict) over (
            partition by call_id, rubric_id, rubric_version, behaviour_id
            order by is_representative desc, reviewed_at asc, review_id asc
        ) as first_verdict
    from newest

),

weighed as (

    select
        *,
        answer_number = 1
        and is_representative
        and is_person_met is not null
        and is_scored_applicable
        and is_scored_met is not null as is_double_scored,
        -- Log-likelihood ratio of an alarming against an accepted share of disagreements.
        case
            when is_person_met != is_scored_met
                then ln({{ var('drift_alarming_ratio') }} / {{ var('drift_accepted_ratio') }})
            else ln((1 - {{ var('drift_alarming_ratio') }}) / (1 - {{ var('drift_accepted_ratio') }}))
        end as surprise
    from placed

),

summed as (

    select
        *,
        case when is_double_scored then surprise else 0 end as step,
        sum(case when is_double_scored then cast(surprise as decimal(28, 9)) else 0 end) over (
            partition by rubric_id, rubric_version, behaviour_id, scorer, scorer_version
            order by call_date, reviewed_at, review_id
        ) as walked
    from weighed

),

final as (

    select
        call_id,
        call_date,
        month,
        rubric_id,
        rubric_version,
        behaviour_id,
        review_id,
        reviewer_id,
        reviewed_at,
        sampled_by,
        verdict,
        first_verdict,
        answer_number,
        is_person_applicable,
        is_person_met,
        scorer,
        scorer_version,
        is_scored_applicable,
        is_scored_met,
        is_scorer_abstained,
        is_double_scored,
        -- max(0, S + step), unrolled: what was walked above its lowest point so far.
        cast(
            walked - least(0, min(walked) over (
                partition by rubric_id, rubric_version, behaviour_id, scorer, scorer_version
                order by call_date, reviewed_at, review_id
            )) as double
        ) as drift_cusum
    from summed

)

select * from final
