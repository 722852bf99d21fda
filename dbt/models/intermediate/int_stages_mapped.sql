-- One row per pipeline × stage: what the CRM says it means, and the kind of stage it is to us.
with hubspot as (

    select * from {{ ref('stg_hubspot__pipeline_stages') }}

),

salesforce as (

    select * from {{ ref('stg_salesforce__opportunity_stages') }}

),

stage_mapping as (

    select * from {{ ref('stage_mapping') }}

),

stages as (

    select
        pipeline_id,
        pipeline_label,
        stage_id,
        stage_label,
        stage_order,
        win_probability,
        is_closed,
        is_won
    from hubspot
    union all
    select
        pipeline_id,
        pipeline_label,
        stage_id,
        stage_label,
        stage_order,
        win_probability,
        is_closed,
        is_won
    from salesforce

),

flagged as (

    select
        stages.*,
        stage_mapping.stage_kind as mapped_kind,
        -- Older exports carry only a probability: 1 is won, 0 is lost.
        coalesce(stages.is_won, stages.win_probability = 1, stage_mapping.stage_kind = 'won', false) as is_won_stage,
        coalesce(
            stages.is_closed, stages.win_probability in (0, 1), stage_mapping.stage_kind in ('won', 'lost'), false
        ) as is_closed_stage
    from stages
    left join stage_mapping on lower(stages.stage_label) = stage_mapping.stage_label

),

final as (

    select
        pipeline_id,
        pipeline_label,
        stage_id,
        stage_label,
        stage_order,
        win_probability,
        is_closed_stage as is_closed,
        is_closed_stage and is_won_stage as is_won,
        case
            when is_closed_stage and is_won_stage then 'won'
            when is_closed_stage then 'lost'
            else coalesce(mapped_kind, 'other')
        end as stage_kind
    from flagged

)

select * from final
