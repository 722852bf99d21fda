select
    rep_id,
    day,
    count(*) as seat_count
from {{ ref('int_rep_days') }}
group by rep_id, day
having count(*) > 1
