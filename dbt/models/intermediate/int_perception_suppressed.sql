-- One row per team × quarter asked: the answers, and whether the reps' may be shown.
--
-- Fewer than k answers are never shown. Where the answers withheld in a segment and quarter add up to less than k, they could be
-- had by subtracting the shown teams from a total, so the smallest shown team of the segment is withheld with them, and then the
-- same over the whole company; a pool of k or more gives nobody away.
with surveys as (

    select * from {{ ref('stg_survey__team_quarters') }}

),

pulses as (

    select * from {{ ref('stg_app__pulses') }}

),

assignments as (

    select * from {{ ref('dim_rep_assignments') }}

),

teams as (

    select
        team_id,
        {{ value_at_latest('team_name', 'valid_from') }} as team_name,
        {{ value_at_latest('segment', 'valid_from') }} as segment
    from assignments
    where team_id is not null
    group by team_id

),

pulses_pivoted as (

    -- The app's pulse asks for the quality of coaching and for its minutes; answers are means over the respondents.
    select
        team_id,
        quarter_start,
        max(case when respondent_kind = 'leader' and question = 'coaching_minutes' then mean_answer end) as leader_claimed_minutes_per_rep_week,
        max(case when respondent_kind = 'leader' and question = 'coaching_quality' then mean_answer end) as leader_rating,
        min(case when respondent_kind = 'rep' then answer_count end) as rep_answer_count,
        max(case when respondent_kind = 'rep' and question = 'coaching_minutes' then mean_answer end) as rep_reported_minutes_per_week,
        max(case when respondent_kind = 'rep' and question = 'coaching_quality' then mean_answer end) as rep_rating,
        max(case when respondent_kind = 'rep' then share_very_good end) as rep_share_very_good
    from pulses
    group by team_id, quarter_start

),

answers as (

    select
        team_id,
        quarter_start,
        leader_id,
        leader_claimed_minutes_per_rep_week,
        leader_rating,
        rep_answer_count,
        rep_reported_minutes_per_week,
        rep_rating,
        rep_share_very_good,
        rep_share_below_average
    from surveys
    union all
    select
        pulses_pivoted.team_id,
        pulses_pivoted.quarter_start,
        null as leader_id,
        pulses_pivoted.leader_claimed_minutes_per_rep_week,
        pulses_pivoted.leader_rating,
        pulses_pivoted.rep_answer_count,
        pulses_pivoted.rep_reported_minutes_per_week,
        pulses_pivoted.rep_rating,
        pulses_pivoted.rep_share_very_good,
        null as rep_share_below_average
    from pulses_pivoted
    left join surveys
        on pulses_pivoted.team_id = surveys.team_id
        and pulses_pivoted.quarter_start = surveys.quarter_start
    where surveys.team_id is null

),

placed as (

    select
        answers.*,
        teams.team_name,
        teams.segment,
        coalesce(answers.rep_answer_count, 0) as answer_count,
        coalesce(answers.rep_answer_count, 0) < {{ var('perception_minimum_answers') }} as is_small
    from answers
    left join teams on answers.team_id = teams.team_id
    where answers.team_id is not null
        and answers.quarter_start <= {{ as_of() }}

),

segments_pooled as (

    select
        *,
        sum(case when is_small then answer_count else 0 end) over (partition by segment, quarter_start) as withheld_in_segment,
        row_number() over (partition by segment, quarter_start, is_small order by answer_count, team_id) as smallness_in_segment
    from placed

),

segments_completed as (

    select
        *,
        not is_small
        and smallness_in_segment = 1
        and withheld_in_segment between 1 and {{ var('perception_minimum_answers') }} - 1 as is_withheld_for_segment
    from segments_pooled

),

companies_pooled as (

    select
        *,
        sum(case when is_small or is_withheld_for_segment then answer_count else 0 end) over (
            partition by quarter_start
        ) as withheld_in_company,
        row_number() over (
            partition by quarter_start, is_small or is_withheld_for_segment order by answer_count, team_id
        ) as smallness_in_company
    from segments_completed

),

final as (

    select
        team_id,
        quarter_start,
        team_name,
        segment,
        leader_id,
        leader_claimed_minutes_per_rep_week,
        leader_rating,
        answer_count,
        rep_reported_minutes_per_week,
        rep_rating,
        rep_share_very_good,
        rep_share_below_average,
        case
            when is_small then 'fewer_than_five'
            when is_withheld_for_segment then 'complementary'
            when smallness_in_company = 1
                and withheld_in_company between 1 and {{ var('perception_minimum_answers') }} - 1
                then 'complementary'
        end as suppression_reason
    from companies_pooled

)

select * from final
