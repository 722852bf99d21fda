{{ config(
    materialized="incremental",
    object="deal_id",
    logs=["deal_id", "account_id"],
    touched_by=[
        "int_deals_enriched",
        "int_deal_owners_resolved",
        "int_deal_histories_summarised",
        "int_calls_counted_by_deal_day",
        "stg_hubspot__deal_associations",
        "stg_hubspot__companies",
        "stg_salesforce__opportunities",
        "stg_salesforce__opportunity_contact_roles",
        "stg_salesforce__accounts",
    ],
    built_anew_with=["int_days"]
) }}
-- depends_on: {{ ref('stg_hubspot__deal_associations') }}
-- depends_on: {{ ref('stg_hubspot__companies') }}
-- depends_on: {{ ref('stg_salesforce__opportunities') }}
-- depends_on: {{ ref('stg_salesforce__opportunity_contact_roles') }}
-- depends_on: {{ ref('stg_salesforce__accounts') }}

with deals as not materialized (

    select * from {{ ref('int_deals_enriched') }}

),

links as not materialized (

    select * from {{ ref('int_deal_links_gathered') }}

),

deals_to_build as (

    select deal_id from deals
    where {{ is_touched('deal_id') }}
    union
    select deal_id from links
    where object_type = 'company' and {{ is_touched('object_id', 'account_id') }}

),

owners as (

    select * from {{ ref('int_deal_owners_resolved') }}
    where {{ is_among('deal_id', 'deals_to_build') }}

),

history as (

    select * from {{ ref('int_deal_histories_summarised') }}
    where {{ is_among('deal_id', 'deals_to_build') }}

),

accounts as (

    select * from {{ ref('int_accounts_gathered') }}

),

calls as (

    select * from {{ ref('int_calls_counted_by_deal_day') }}

),

days as (

    select * from {{ ref('int_days') }}

),

links_summarised as (

    select
        deal_id,
        min(case when object_type = 'company' then object_id end) as account_id,
        count(distinct case when object_type = 'contact' then object_id end) as contact_count
    from links
    where {{ is_among('deal_id', 'deals_to_build') }}
    group by deal_id

),

calls_counted as (

    select
        deal_id,
        sum(calls_count) as call_count,
        max(call_date) as last_call_date
    from calls
    where {{ is_among('deal_id', 'deals_to_build') }}
    group by deal_id

),

final as (

    select
        deals.deal_id,
        deals.deal_name,
        links_summarised.account_id,
        accounts.account_name,
        deals.pipeline_id,
        deals.pipeline_label,
        deals.stage_id,
        deals.stage_label,
        deals.stage_kind,
        deals.deal_type,
        deals.is_closed,
        deals.is_won,
        deals.amount,
        '{{ var("company_currency") }}' as currency,
        deals.source_amount,
        deals.source_currency,
        case when deals.is_won and deals.excluded_reason is null then deals.amount else 0 end
            as credited_closed_won_amount,
        owners.owner_rep_id,
        owners.owner_reason,
        owners.rep_id,
        owners.manager_id,
        owners.team_id,
        owners.segment,
        owners.unmatched_reason,
        deals.created_at,
        deals.close_date,
        days.month as close_month,
        case
            when deals.is_closed
                then cast({{ dbt.datediff('deals.created_at', 'deals.close_date', 'day') }} as bigint)
        end as cycle_days,
        history.stage_entered_at,
        coalesce(history.stage_change_count, 0) as stage_change_count,
        coalesce(history.reopened_count, 0) as reopened_count,
        coalesce(history.close_date_push_count, 0) as close_date_push_count,
        coalesce(history.owner_change_count, 0) as owner_change_count,
        deals.forecast_category,
        deals.next_step,
        deals.risk_note,
        deals.lost_reason,
        coalesce(links_summarised.contact_count, 0) as contact_count,
        cast(coalesce(calls_counted.call_count, 0) as bigint) as call_count,
        calls_counted.last_call_date,
        deals.excluded_reason is not null as is_excluded,
        deals.excluded_reason
    from deals
    inner join owners on deals.deal_id = owners.deal_id
    left join history on deals.deal_id = history.deal_id
    left join links_summarised on deals.deal_id = links_summarised.deal_id
    left join accounts on links_summarised.account_id = accounts.account_id
    left join calls_counted on deals.deal_id = calls_counted.deal_id
    left join days on deals.close_date = days.day
    where {{ is_among('deals.deal_id', 'deals_to_build') }}

)

select * from final
