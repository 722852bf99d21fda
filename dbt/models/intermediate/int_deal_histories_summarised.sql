-- One row per deal with history: how often it changed, and when it entered its present stage.
with history as (

    select * from {{ ref('stg_hubspot__deal_property_history') }}

),

deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

stages as (

    select * from {{ ref('int_stages_mapped') }}

),

changes as (

    select
        history.deal_id,
        history.property_name,
        history.property_value,
        history.changed_at,
        lag(history.property_value) over (
            partition by history.deal_id, history.property_name order by history.changed_at, history.source_row, history.property_value
        ) as previous_value
    from history
    where history.property_name in ('dealstage', 'closedate', 'hubspot_owner_id')
        and history.changed_at is not null

),

real_changes as (

    select
        changes.deal_id,
        changes.property_name,
        changes.property_value,
        changes.previous_value,
        changes.changed_at,
        deals.pipeline_id
    from changes
    inner join deals on changes.deal_id = deals.deal_id
    where changes.property_value is distinct from changes.previous_value

),

final as (

    select
        real_changes.deal_id,
        max(case when real_changes.property_name = 'dealstage' then real_changes.changed_at end) as stage_entered_at,
        count(*) filter (
            where real_changes.property_name = 'dealstage' and real_changes.previous_value is not null
        ) as stage_change_count,
        count(*) filter (
            where real_changes.property_name = 'dealstage' and stages_before.is_closed and not stages_after.is_closed
        ) as reopened_count,
        count(*) filter (
            -- Only dates are read as dates: what is none would be tried in every notation.
            where case
                when real_changes.property_name = 'closedate'
                    then {{ to_date('real_changes.property_value') }} > {{ to_date('real_changes.previous_value') }}
            end
        ) as close_date_push_count,
        count(*) filter (
            where real_changes.property_name = 'hubspot_owner_id' and real_changes.previous_value is not null
        ) as owner_change_count
    from real_changes
    left join stages as stages_before
        on real_changes.pipeline_id = stages_before.pipeline_id
        and real_changes.previous_value = stages_before.stage_id
    left join stages as stages_after
        on real_changes.pipeline_id = stages_after.pipeline_id
        and real_changes.property_value = stages_after.stage_id
    group by real_changes.deal_id

)

select * from final
