-- One row per won deal that counts × CRM owner × credit kind: shares of splits and overlays as linked, the rest to the owner.
-- A link to an owner labelled "split 40%" shares the credit; one labelled "overlay 100%" is credited beside it.
with deals as (

    select * from {{ ref('int_deals_enriched') }}
    where is_won and excluded_reason is null

),

links as (

    select * from {{ ref('int_deal_links_gathered') }}
    where object_type = 'owner'

),

labelled as (

    select
        links.deal_id,
        links.object_id as owner_id,
        case when lower(links.association_label) like 'overlay%' then 'overlay' else 'split' end as credit_kind,
        coalesce(
            try_cast(nullif(regexp_extract(links.association_label, '([0-9.]+)', 1), '') as double) / 100,
            case when lower(links.association_label) like 'overlay%' then 1.0 end
        ) as stated_share
    from links
    where lower(links.association_label) like 'split%' or lower(links.association_label) like 'overlay%'

),

shares as (

    select
        deal_id,
        owner_id,
        credit_kind,
        {{ exact_sum('stated_share') }} as stated_share
    from labelled
    where stated_share > 0
    group by deal_id, owner_id, credit_kind

),

splits_scaled as (

    -- Splits of more than the whole are scaled down to it: the company's total does not grow by being shared.
    select
        shares.deal_id,
        shares.owner_id,
        shares.credit_kind,
        case
            when shares.credit_kind = 'split'
                then shares.stated_share / greatest(sum(shares.stated_share) over (partition by shares.deal_id, shares.credit_kind), 1)
            else shares.stated_share
        end as credit_share
    from shares
    inner join deals on shares.deal_id = deals.deal_id

),

split_totals as (

    select
        deal_id,
        {{ exact_sum('credit_share', scale=9) }} as split_share
    from splits_scaled
    where credit_kind = 'split'
    group by deal_id

),

final as (

    select
        deals.deal_id,
        deals.counted_owner_id as owner_id,
        'owner' as credit_kind,
        1 - coalesce(split_totals.split_share, 0) as credit_share
    from deals
    left join split_totals on deals.deal_id = split_totals.deal_id
    union all
    select
        deal_id,
        owner_id,
        credit_kind,
        credit_share
    from splits_scaled

)

select * from final
where credit_share > 1e-9 or credit_kind = 'owner'
