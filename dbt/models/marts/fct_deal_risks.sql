with risks as (

    select * from {{ ref('int_deal_risks_raised') }}

),

flagged as (

    select * from {{ ref('int_deal_risks_flagged') }}

),

deals as (

    select * from {{ ref('fct_deals') }}

),

final as (

    select
        risks.deal_id,
        risks.risk_signal,
        risks.raised_on,
        cast({{ dbt.datediff('risks.raised_on', as_of(), 'day') }} as bigint) as days_raised_count,
        flagged.deal_id is not null as is_flagged,
        flagged.flagged_on,
        flagged.flag_kind,
        deals.deal_name,
        deals.rep_id,
        deals.manager_id,
        deals.team_id,
        deals.stage_kind,
        deals.amount,
        deals.currency,
        deals.close_date
    from risks
    inner join deals on risks.deal_id = deals.deal_id
    left join flagged on risks.deal_id = flagged.deal_id and risks.risk_signal = flagged.risk_signal

)

select * from final
