-- Where nothing was heard, no number says what was said.
select
    'session' as place,
    session_id as subject
from {{ ref('fct_coaching_sessions') }}
where not is_heard and (coaching_minutes is not null or is_coached is not null or session_label is not null)
union all
select
    'rep_month' as place,
    rep_id || ' ' || month as subject
from {{ ref('fct_rep_months') }}
where heard_weeks = 0 and coached_weeks is not null
union all
select
    'rep_week' as place,
    rep_id || ' ' || week_start as subject
from {{ ref('fct_rep_weeks') }}
where one_on_ones_held_count > 0 and one_on_ones_heard_count = 0 and (coaching_minutes is not null or is_coached is not null)
union all
select
    'manager_week' as place,
    manager_id || ' ' || week_start as subject
from {{ ref('fct_manager_weeks') }}
where one_on_ones_held_count > 0 and one_on_ones_heard_count = 0 and coaching_minutes is not null
