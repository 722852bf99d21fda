-- Coaching + inspection + other = all speech of a 1:1. Tolerance: a tenth of a second a minute of rounding in the three parts.
select
    session_id,
    coaching_minutes,
    inspection_minutes,
    other_minutes,
    speech_minutes
from {{ ref('fct_coaching_sessions') }}
where is_heard
    and abs(coaching_minutes + inspection_minutes + other_minutes - speech_minutes) > 0.01 * greatest(excerpt_factor, 1)
