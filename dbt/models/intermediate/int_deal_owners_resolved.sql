{{ config(
    materialized="incremental",
    object="deal_id",
    touched_by=["int_deals_enriched"],
    built_anew_with=["int_identities_resolved", "int_assignments_classified", "int_seats"]
) }}

-- One row per deal: the rep, manager and team it counts for (on the closing day, open deals on the as-of date), or why none.
with deals as (

    select * from {{ ref('int_deals_enriched') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

seats as (

    select * from {{ ref('int_seats') }}

),

reps as (

    select distinct person_id as rep_id
    from {{ ref('int_assignments_classified') }}
    where seat_kind = 'rep'

),

final as (

    select
        deals.deal_id,
        deals.counted_owner_id,
        identities.person_id,
        reps.rep_id,
        seats.manager_id,
        seats.team_id,
        seats.segment,
        owner_reps.rep_id as owner_rep_id,
        seats.rep_id is not null as is_in_seat,
        case
            when deals.counted_owner_id is null then 'no_owner'
            when identities.person_id is null then 'unknown_owner'
            when reps.rep_id is null then 'owner_is_no_rep'
            when seats.rep_id is null then 'rep_not_in_seat'
            when seats.manager_id is null then 'no_manager_on_the_day'
        end as unmatched_reason,
        case
            when deals.owner_id is null then 'no_owner'
            when deals.owner_person_id is null then 'unknown_owner'
            when owner_reps.rep_id is null then 'owner_is_no_rep'
        end as owner_reason
    from deals
    left join identities
        on deals.source_system = identities.source_system
        and deals.counted_owner_id = identities.source_id
    left join reps on identities.person_id = reps.rep_id
    left join reps as owner_reps on deals.owner_person_id = owner_reps.rep_id
    left join seats
        on reps.rep_id = seats.rep_id
        and coalesce(deals.counted_on, {{ as_of() }}) between seats.first_day and seats.last_day
    where {{ is_touched('deals.deal_id') }} or not coalesce(deals.is_closed, false)

)

select * from final
