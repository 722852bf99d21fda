{{ config(
    materialized="incremental",
    object="deal_id",
    touched_by=["int_deals_enriched", "stg_hubspot__deal_associations", "stg_salesforce__opportunity_splits"],
    built_anew_with=["int_identities_resolved", "int_assignments_classified", "int_seats", "int_days"]
) }}
-- depends_on: {{ ref('stg_hubspot__deal_associations') }}
-- depends_on: {{ ref('stg_salesforce__opportunity_splits') }}

with shares as (

    select * from {{ ref('int_deal_credit_shares') }}

),

deals as (

    select * from {{ ref('int_deals_enriched') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

assignments as (

    select * from {{ ref('int_assignments_classified') }}

),

seats as (

    select * from {{ ref('int_seats') }}

),

days as (

    select * from {{ ref('int_days') }}

),

reps as (

    select distinct person_id as rep_id
    from assignments
    where seat_kind = 'rep'

),

final as (

    select
        shares.deal_id,
        shares.credit_kind,
        reps.rep_id,
        coalesce(shares.owner_id, '(none)') as source_owner_id,
        seats.manager_id,
        seats.team_id,
        deals.close_date,
        days.month,
        shares.credit_share,
        deals.amount * shares.credit_share as amount,
        '{{ var("company_currency") }}' as currency,
        shares.credit_kind = 'overlay' as is_overlay,
        seats.rep_id is not null as is_in_seat,
        case
            when shares.owner_id is null then 'no_owner'
            when identities.person_id is null then 'unknown_owner'
            when reps.rep_id is null then 'owner_is_no_rep'
            when seats.rep_id is null then 'rep_not_in_seat'
        end as uncredited_reason
    from shares
    inner join deals on shares.deal_id = deals.deal_id
    left join identities
        on deals.source_system = identities.source_system
        and shares.owner_id = identities.source_id
    left join reps on identities.person_id = reps.rep_id
    left join seats
        on reps.rep_id = seats.rep_id
        and deals.close_date between seats.first_day and seats.last_day
    left join days on deals.close_date = days.day
    where {{ is_touched('shares.deal_id') }}

)

select * from final
