{{ config(
    materialized="incremental",
    object="account_id",
    touched_by=[
        "fct_deals",
        "stg_hubspot__companies",
        "stg_hubspot__contacts",
        "stg_salesforce__accounts",
        "stg_salesforce__contacts",
    ]
) }}
-- depends_on: {{ ref('stg_hubspot__companies') }}
-- depends_on: {{ ref('stg_hubspot__contacts') }}
-- depends_on: {{ ref('stg_salesforce__accounts') }}
-- depends_on: {{ ref('stg_salesforce__contacts') }}

with accounts as (

    select * from {{ ref('int_accounts_gathered') }}

),

contacts as (

    select * from {{ ref('int_contacts_gathered') }}
    where not is_deleted

),

deals as (

    select * from {{ ref('fct_deals') }}
    where not is_excluded

),

contacts_counted as (

    select
        account_id,
        count(*) as contact_count
    from contacts
    where {{ is_touched('account_id') }}
    group by account_id

),

deals_summarised as (

    select
        account_id,
        count(*) as deal_count,
        count(*) filter (where not is_closed) as open_deal_count,
        count(*) filter (where is_won) as won_deal_count,
        {{ exact_sum('credited_closed_won_amount') }} as closed_won_amount,
        min(case when is_won then close_date end) as customer_since,
        max(last_call_date) as last_call_date
    from deals
    where {{ is_touched('account_id') }}
    group by account_id

),

final as (

    select
        accounts.account_id,
        accounts.account_name,
        accounts.domain,
        accounts.industry,
        accounts.employee_count,
        accounts.country,
        accounts.is_deleted,
        deals_summarised.customer_since,
        deals_summarised.last_call_date,
        coalesce(contacts_counted.contact_count, 0) as contact_count,
        coalesce(deals_summarised.deal_count, 0) as deal_count,
        coalesce(deals_summarised.open_deal_count, 0) as open_deal_count,
        coalesce(deals_summarised.won_deal_count, 0) as won_deal_count,
        cast(coalesce(deals_summarised.closed_won_amount, 0) as double) as closed_won_amount,
        '{{ var('company_currency') }}' as currency
    from accounts
    left join contacts_counted on accounts.account_id = contacts_counted.account_id
    left join deals_summarised on accounts.account_id = deals_summarised.account_id
    where {{ is_touched('accounts.account_id') }}

)

select * from final
