-- One row per rule × deal, owner, stage or currency that breaks it.
with deals as (

    select * from {{ ref('int_deals_enriched') }}

),

owners as (

    select * from {{ ref('int_deal_owners_resolved') }}

),

credits as (

    select * from {{ ref('fct_deal_credits') }}

),

joined as (

    select
        deals.*,
        owners.unmatched_reason,
        owners.person_id as counted_person_id
    from deals
    inner join owners on deals.deal_id = owners.deal_id

),

exclusions as (

    select
        case excluded_reason
            when 'deleted' then 'deleted_deal'
            when 'merged' then 'merged_deal'
            when 'future_close_date' then 'future_close_date'
            when 'no_close_date' then 'won_without_close_date'
            when 'no_amount' then 'won_without_amount'
        end as rule,
        'deal' as subject_kind,
        deal_id as subject_id,
        close_date as observed_on,
        'stage ' || coalesce(stage_label, stage_id, 'none') || ', close date ' || coalesce(close_date_text, 'none')
        || ', amount ' || coalesce(amount_text, 'none') as detail,
        1 as row_count,
        amount
    from joined
    where excluded_reason is not null

),

ownership as (

    select
        case unmatched_reason
            when 'no_owner' then 'deal_without_owner'
            when 'unknown_owner' then 'unknown_owner'
            when 'owner_is_no_rep' then 'owner_is_no_rep'
        end as rule,
        'deal' as subject_kind,
        deal_id as subject_id,
        coalesce(close_date, cast(created_at as date)) as observed_on,
        'owner ' || coalesce(counted_owner_id, 'none') || case when is_won then ', won' else '' end as detail,
        1 as row_count,
        case when is_won then amount end as amount
    from joined
    where unmatched_reason in ('no_owner', 'unknown_owner', 'owner_is_no_rep')
        and excluded_reason is null

),

out_of_seat as (

    select
        'credit_out_of_seat' as rule,
        'deal' as subject_kind,
        deal_id as subject_id,
        close_date as observed_on,
        'credited to ' || min(rep_id) || ', who was in no selling seat on that day' as detail,
        count(*) as row_count,
        {{ exact_sum('amount') }} as amount
    from credits
    where uncredited_reason = 'rep_not_in_seat' and not is_overlay
    group by deal_id, close_date

),

values_checked as (

    select
        'unknown_currency' as rule,
        'deal' as subject_kind,
        deal_id as subject_id,
        coalesce(close_date, cast(created_at as date)) as observed_on,
        'currency ' || source_currency as detail,
        1 as row_count,
        cast(null as double) as amount
    from joined
    where not is_known_currency
    union all
    select
        'unknown_stage' as rule,
        'deal' as subject_kind,
        deal_id,
        coalesce(close_date, cast(created_at as date)) as observed_on,
        'pipeline ' || coalesce(pipeline_id, 'none') || ', stage ' || coalesce(stage_id, 'none') as detail,
        1 as row_count,
        amount
    from joined
    where is_closed is null
    union all
    select
        'negative_amount' as rule,
        'deal' as subject_kind,
        deal_id,
        coalesce(close_date, cast(created_at as date)) as observed_on,
        'amount ' || amount_text as detail,
        1 as row_count,
        amount
    from joined
    where source_amount < 0

),

final as (

    select * from exclusions
    union all
    select * from ownership
    union all
    select * from out_of_seat
    union all
    select * from values_checked

)

select * from final
