{% set grain = 'rubric_id, rubric_version, behaviour_id, scorer, scorer_version, month' %}
with answers_counted_by_day as (

    select * from {{ ref('int_answers_counted_by_day') }}

),

reviews as (

    select * from {{ ref('fct_score_reviews') }}
    where scorer is not null and month is not null

),

double_scored as (

    select * from {{ ref('int_reviews_double_scored') }}
    where scorer is not null and month is not null

),

days as (

    select * from {{ ref('int_days') }}

),

clicks_counted as (

    select
        {{ grain }},
        count(*) as review_count,
        count(*) filter (where not is_blind) as click_count,
        count(*) filter (where not is_blind and is_agreed) as click_agreed_count,
        count(*) filter (where is_blind) as blind_count
    from reviews
    group by {{ grain }}

),

answers_counted as (

    select
        counted.rubric_id,
        counted.rubric_version,
        counted.behaviour_id,
        counted.scorer,
        counted.scorer_version,
        days.month,
        cast(sum(counted.scored_count) as bigint) as scored_count,
        cast(sum(counted.scored_met_count) as bigint) as scored_met_count
    from answers_counted_by_day as counted
    inner join days on counted.call_date = days.day
    group by all

),

double_scored_counted as (

    select
        {{ grain }},
        count(*) filter (where is_double_scored) as double_scored_count,
        count(*) filter (where is_double_scored and is_person_met and is_scored_met) as true_positive_count,
        count(*) filter (where is_double_scored and is_person_met and not is_scored_met) as false_negative_count,
        count(*) filter (where is_double_scored and not is_person_met and is_scored_met) as false_positive_count,
        count(*) filter (where is_double_scored and not is_person_met and not is_scored_met) as true_negative_count,
        count(*) filter (where answer_number = 1 and is_person_met is not null and is_scorer_abstained)
            as abstained_count,
        count(*) filter (where answer_number = 1 and is_person_applicable and not is_scored_applicable)
            as missed_opportunity_count,
        count(*) filter (where answer_number = 1 and not is_person_applicable and is_scored_applicable)
            as invented_opportunity_count,
        count(*) filter (where answer_number > 1) as second_answer_count,
        count(*) filter (where answer_number > 1 and verdict = first_verdict) as second_answer_agreed_count,
        -- Only a random sample stands for all calls of the month.
        count(*) filter (where is_double_scored and sampled_by = 'random') as random_count,
        {{ exact_sum('cast(is_person_met as integer) - cast(is_scored_met as integer)', "is_double_scored and sampled_by = 'random'") }}
            as difference_sum,
        count(*) filter (where is_double_scored and sampled_by = 'random' and is_person_met != is_scored_met)
            as difference_count,
        arg_max(drift_cusum, (call_date, reviewed_at, review_id)) as drift_cusum,
        max(drift_cusum) as highest_drift_cusum
    from double_scored
    group by {{ grain }}

),

joined as (

    select
        clicks_counted.*,
        double_scored_counted.* exclude ({{ grain }}),
        coalesce(answers_counted.scored_count, 0) as scored_count,
        coalesce(answers_counted.scored_met_count, 0) as scored_met_count
    from clicks_counted
    left join double_scored_counted
        on clicks_counted.rubric_id = double_scored_counted.rubric_id
        and clicks_counted.rubric_version = double_scored_counted.rubric_version
        and clicks_counted.behaviour_id = double_scored_counted.behaviour_id
        and clicks_counted.scorer = double_scored_counted.scorer
        and clicks_counted.scorer_version = double_scored_counted.scorer_version
        and clicks_counted.month = double_scored_counted.month
    left join answers_counted
        on clicks_counted.rubric_id = answers_counted.rubric_id
        and clicks_counted.rubric_version = answers_counted.rubric_version
        and clicks_counted.behaviour_id = answers_counted.behaviour_id
        and clicks_counted.scorer = answers_counted.scorer
        and clicks_counted.scorer_version = answers_counted.scorer_version
        and clicks_counted.month = answers_counted.month

),

filled as (

    select
        * replace (
            {% for column in [
                'double_scored', 'true_positive', 'false_negative', 'false_positive', 'true_negative', 'abstained',
                'missed_opportunity', 'invented_opportunity', 'second_answer', 'second_answer_agreed', 'random', 'difference',
            ] %}
                coalesce({{ column }}_count, 0) as {{ column }}_count{{ ',' if not loop.last }}
            {% endfor %}
        )
    from joined

),

rated as (

    select
        *,
        true_positive_count + false_negative_count as positive_count,
        true_negative_count + false_positive_count as negative_count,
        cast(true_positive_count as double) / nullif(true_positive_count + false_negative_count, 0) as sensitivity,
        cast(true_negative_count as double) / nullif(true_negative_count + false_positive_count, 0) as specificity,
        cast(true_positive_count + true_negative_count as double) / nullif(double_scored_count, 0) as agreement_ratio,
        cast(true_positive_count + false_negative_count as double) / nullif(double_scored_count, 0) as prevalence,
        cast(true_positive_count + false_positive_count as double) / nullif(double_scored_count, 0) as predicted_prevalence,
        cast(scored_met_count as double) / nullif(scored_count, 0) as scored_met_ratio,
        random_count >= {{ var('corrected_rate_minimum_count') }} as is_correctable,
        -- Prediction-powered inference (Angelopoulos et al. 2023, Science 382:669): the scorer's rate over all calls plus
        -- its mean error on the randomly double-scored ones. One error of each kind is added to the variance, so that
        -- a month without a disagreement is not taken for certainty.
        difference_sum / nullif(random_count, 0) as mean_difference
    from filled

),

corrected as (

    select
        *,
        prevalence * predicted_prevalence + (1 - prevalence) * (1 - predicted_prevalence) as chance_agreement,
        sqrt(
            scored_met_ratio * (1 - scored_met_ratio) / nullif(scored_count, 0)
            + ((difference_count + 2.0) / (random_count + 2.0) - mean_difference * mean_difference) / nullif(random_count, 0)
        ) as corrected_std_error
    from rated

),

final as (

    select
        rubric_id,
        rubric_version,
        behaviour_id,
        scorer,
        scorer_version,
        month,
        review_count,
        click_count,
        click_agreed_count,
        blind_count,
        double_scored_count,
        positive_count,
        negative_count,
        true_positive_count,
        false_negative_count,
        false_positive_count,
        true_negative_count,
        abstained_count,
        missed_opportunity_count,
        invented_opportunity_count,
        second_answer_count,
        second_answer_agreed_count,
        sensitivity,
        {{ wilson_low('sensitivity', 'positive_count') }} as sensitivity_low,
        {{ wilson_high('sensitivity', 'positive_count') }} as sensitivity_high,
        specificity,
        {{ wilson_low('specificity', 'negative_count') }} as specificity_low,
        {{ wilson_high('specificity', 'negative_count') }} as specificity_high,
        agreement_ratio,
        prevalence,
        (agreement_ratio - chance_agreement) / nullif(1 - chance_agreement, 0) as kappa,
        scored_count,
        scored_met_count,
        scored_met_ratio,
        random_count,
        case when is_correctable then least(greatest(scored_met_ratio + mean_difference, 0), 1) end as corrected_met_ratio,
        case when is_correctable then least(greatest(scored_met_ratio + mean_difference - 1.959963984540054 * corrected_std_error, 0), 1) end
            as corrected_met_ratio_low,
        case when is_correctable then least(greatest(scored_met_ratio + mean_difference + 1.959963984540054 * corrected_std_error, 0), 1) end
            as corrected_met_ratio_high,
        drift_cusum,
        highest_drift_cusum >= {{ var('drift_alarm_cusum') }} as is_drifting
    from corrected

)

select * from final
