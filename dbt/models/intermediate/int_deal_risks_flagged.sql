-- One row per deal × risk signal that the owner has flagged since it arose: the day and the way.
with risks as (

    select * from {{ ref('int_deal_risks_raised') }}

),

history as (

    select * from {{ ref('int_deal_changes_gathered') }}
    where changed_at is not null and cast(changed_at as date) <= {{ as_of() }}
        and deal_id in (select risks.deal_id from risks)

),

deals as (

    select * from {{ ref('int_deals_enriched') }}

),

owners as (

    select * from {{ ref('int_owners_gathered') }}

),

flags as (

    select * from {{ ref('stg_app__risk_flags') }}
    where cast(flagged_at as date) <= {{ as_of() }}

),

ranked as (

    -- Confidence in a forecast category: a step down is a flag, a step up is none.
    select
        deal_id,
        property_name,
        property_value,
        changed_at,
        changed_by,
        case upper(property_value)
            when 'OMIT' then 0 when 'OMITTED' then 0 when 'PIPELINE' then 1 when 'BEST_CASE' then 2 when 'COMMIT' then 3
        end as confidence,
        lag(property_value) over (
            partition by deal_id, property_name order by changed_at, source_row, property_value
        ) as previous_value,
        lag(case upper(property_value)
            when 'OMIT' then 0 when 'OMITTED' then 0 when 'PIPELINE' then 1 when 'BEST_CASE' then 2 when 'COMMIT' then 3
        end) over (
            partition by deal_id, property_name order by changed_at, source_row, property_value
        ) as previous_confidence
    from history
    where property_name in ('risk_note', 'next_step', 'forecast_category')

),

owner_changes as (

    select
        ranked.deal_id,
        cast(ranked.changed_at as date) as changed_on,
        case ranked.property_name when 'forecast_category' then 'forecast_downgrade' else ranked.property_name end as flag_kind
    from ranked
    inner join deals on ranked.deal_id = deals.deal_id
    inner join owners
        on deals.source_system = owners.source_system
        and deals.owner_id = owners.owner_id
    where ranked.changed_by in (owners.user_id, owners.owner_id)
        and ranked.property_value is distinct from ranked.previous_value
        and (ranked.property_name != 'forecast_category' or ranked.confidence < ranked.previous_confidence)

),

gathered as (

    select
        risks.deal_id,
        risks.risk_signal,
        owner_changes.changed_on as flagged_on,
        owner_changes.flag_kind
    from risks
    inner join owner_changes on risks.deal_id = owner_changes.deal_id and risks.raised_on <= owner_changes.changed_on
    union all
    select
        risks.deal_id,
        risks.risk_signal,
        cast(flags.flagged_at as date) as flagged_on,
        'app' as flag_kind
    from risks
    inner join flags
        on risks.deal_id = flags.deal_id
        and risks.risk_signal = flags.risk_signal
        and risks.raised_on <= cast(flags.flagged_at as date)

),

final as (

    select
        deal_id,
        risk_signal,
        flagged_on,
        flag_kind
    from gathered
    qualify row_number() over (partition by deal_id, risk_signal order by flagged_on, flag_kind) = 1

)

select * from final
