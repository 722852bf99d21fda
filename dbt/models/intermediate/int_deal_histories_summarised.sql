{{ config(
    materialized="incremental",
    object="deal_id",
    touched_by=[
        "stg_hubspot__deals",
        "stg_hubspot__deal_property_history",
        "stg_salesforce__opportunities",
        "stg_salesforce__opportunity_field_history",
    ],
    built_anew_with=["int_stages_mapped"]
) }}
-- depends_on: {{ ref('stg_hubspot__deals') }}
-- depends_on: {{ ref('stg_hubspot__deal_property_history') }}
-- depends_on: {{ ref('stg_salesforce__opportunities') }}
-- depends_on: {{ ref('stg_salesforce__opportunity_field_history') }}

-- One row per deal with history up to the as-of date: how often it changed, when it came to its present stage, its last sign of life.
-- Of all deals read twice, which costs less than holding every change in memory; of some, once.
with changes_gathered as not materialized (

    select * from {{ ref('int_deal_changes_gathered') }}

),

deals_to_build as (

    -- Those, too, of which something was known before its day had come.
    select deal_id from changes_gathered
    where {{ is_touched('deal_id') }}
    union
    select deal_id from changes_gathered
    where cast(changed_at as date) > {{ built_as_of() }} and cast(changed_at as date) <= {{ as_of() }}

),

history as {{ 'not ' if not is_incremental() }}materialized (

    select
        deal_id,
        property_name,
        property_value,
        changed_at,
        source_type,
        source_row
    from changes_gathered
    where changed_at is not null and cast(changed_at as date) <= {{ as_of() }} and {{ is_among('deal_id', 'deals_to_build') }}

),

deals as (

    select * from {{ ref('int_deals_gathered') }}
    where {{ is_among('deal_id', 'deals_to_build') }}

),

stages as (

    select * from {{ ref('int_stages_mapped') }}

),

activity as (

    -- What automation sets is no sign of life.
    select
        deal_id,
        max(case when source_type is distinct from 'AUTOMATION_PLATFORM' then cast(changed_at as date) end) as last_change_by_hand_date,
        max(case when property_name = 'next_step' then cast(changed_at as date) end) as next_step_changed_date
    from history
    group by deal_id

),

values_with_previous as (

    select
        deal_id,
        property_name,
        property_value,
        changed_at,
        lag(property_value) over (
            partition by deal_id, property_name order by changed_at, source_row, property_value
        ) as previous_value
    from history
    where property_name in ('stage', 'close_date', 'owner')

),

changes as (

    select * from values_with_previous
    where property_value is distinct from previous_value

),

stages_changed as (

    select
        changes.deal_id,
        max(changes.changed_at) as stage_entered_at,
        count(changes.previous_value) as stage_change_count,
        count(*) filter (where stages_before.is_closed and not stages_after.is_closed) as reopened_count
    from changes
    inner join deals on changes.deal_id = deals.deal_id
    left join stages as stages_before
        on deals.pipeline_id = stages_before.pipeline_id
        and changes.previous_value = stages_before.stage_id
    left join stages as stages_after
        on deals.pipeline_id = stages_after.pipeline_id
        and changes.property_value = stages_after.stage_id
    where changes.property_name = 'stage'
    group by changes.deal_id

),

pushes_numbered as (

    select
        deal_id,
        cast(changed_at as date) as changed_on,
        row_number() over (partition by deal_id order by changed_at) as push_number
    from changes
    -- Only dates are read as dates: what is none would be tried in every notation.
    where case when property_name = 'close_date' then {{ to_date('property_value') }} > {{ to_date('previous_value') }} end

),

close_dates_pushed as (

    select
        deal_id,
        count(*) as close_date_push_count,
        max(case when push_number = 2 then changed_on end) as second_push_date
    from pushes_numbered
    group by deal_id

),

owners_changed as (

    select
        deal_id,
        count(previous_value) as owner_change_count
    from changes
    where property_name = 'owner'
    group by deal_id

),

final as (

    select
        activity.deal_id,
        stages_changed.stage_entered_at,
        close_dates_pushed.second_push_date,
        activity.last_change_by_hand_date,
        activity.next_step_changed_date,
        coalesce(stages_changed.stage_change_count, 0) as stage_change_count,
        coalesce(stages_changed.reopened_count, 0) as reopened_count,
        coalesce(close_dates_pushed.close_date_push_count, 0) as close_date_push_count,
        coalesce(owners_changed.owner_change_count, 0) as owner_change_count
    from activity
    left join stages_changed on activity.deal_id = stages_changed.deal_id
    left join close_dates_pushed on activity.deal_id = close_dates_pushed.deal_id
    left join owners_changed on activity.deal_id = owners_changed.deal_id

)

select * from final
