{{ config(
    materialized="incremental",
    object="session_date",
    touched_by=["int_recorded_one_on_ones_matched", "int_calendar_one_on_ones_matched"]
) }}

-- One row per 1:1 held: the calendar's and the recorder's word of it brought together by manager, rep and day
-- (the first recording of a day with the first meeting, and so on).
with recorded as (

    select * from {{ ref('int_recorded_one_on_ones_matched') }}
    where {{ is_touched('call_date') }}

),

planned as (

    select * from {{ ref('int_calendar_one_on_ones_matched') }}
    where {{ is_touched('meeting_date') }}

),

recorded_numbered as (

    select
        *,
        row_number() over (partition by manager_id, rep_id, call_date order by started_at, call_id) as number_of_day
    from recorded

),

planned_numbered as (

    select
        *,
        row_number() over (
            partition by manager_id, rep_id, meeting_date order by starts_at, calendar_event_id
        ) as number_of_day
    from planned

),

final as (

    select
        recorded_numbered.call_id,
        planned_numbered.calendar_event_id,
        recorded_numbered.unmatched_reason,
        planned_numbered.meeting_minutes as calendar_minutes,
        coalesce(recorded_numbered.call_id, 'calendar:' || planned_numbered.calendar_event_id) as session_id,
        coalesce(recorded_numbered.manager_id, planned_numbered.manager_id) as manager_id,
        coalesce(recorded_numbered.rep_id, planned_numbered.rep_id) as rep_id,
        coalesce(recorded_numbered.team_id, planned_numbered.team_id) as team_id,
        coalesce(recorded_numbered.segment, planned_numbered.segment) as segment,
        coalesce(recorded_numbered.started_at, planned_numbered.starts_at) as started_at,
        coalesce(recorded_numbered.call_date, planned_numbered.meeting_date) as session_date
    from recorded_numbered
    full outer join planned_numbered
        on recorded_numbered.manager_id = planned_numbered.manager_id
        and recorded_numbered.rep_id = planned_numbered.rep_id
        and recorded_numbered.call_date = planned_numbered.meeting_date
        and recorded_numbered.number_of_day = planned_numbered.number_of_day

)

select * from final
