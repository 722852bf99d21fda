-- No rep answer of a suppressed team is in the mart, and withheld answers of a quarter are none or enough to hide in
-- (unless the company has no other team to hide them with).
select
    team_id,
    quarter_start
from {{ ref('fct_perception') }}
where is_suppressed
    and (
        rep_rating is not null
        or rep_reported_minutes_per_week is not null
        or rep_share_very_good is not null
        or rep_share_below_average is not null
        or claimed_minus_reported_minutes is not null
        or quality_group is not null
    )
union all
select
    min(team_id) as team_id,
    quarter_start
from {{ ref('int_perception_suppressed') }}
group by quarter_start
having sum(case when suppression_reason is not null then answer_count else 0 end)
    between 1 and {{ var('perception_minimum_answers') }} - 1
    and count(*) filter (where suppression_reason is null) > 0
