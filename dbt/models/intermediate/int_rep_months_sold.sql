-- One row per rep × fiscal month with closed deals or credit: what was won and lost while in seat, overlays beside.
with credits as (

    select * from {{ ref('fct_deal_credits') }}
    where is_in_seat and month is not null

),

deals as (

    select * from {{ ref('fct_deals') }}
    where is_closed
        and not is_excluded
        and rep_id is not null
        and close_month is not null
        and coalesce(unmatched_reason, '') != 'rep_not_in_seat'

),

credits_summed as (

    select
        rep_id,
        month,
        {{ exact_sum('amount', where='not is_overlay') }} as closed_won_amount,
        {{ exact_sum('amount', where='is_overlay') }} as overlay_credit_amount
    from credits
    group by rep_id, month

),

deals_counted as (

    select
        rep_id,
        close_month as month,
        count(*) filter (where is_won) as closed_won_count,
        count(*) filter (where not is_won) as closed_lost_count,
        {{ exact_sum('amount', where='is_won') }} as won_as_owner_amount,
        {{ exact_sum('amount', where='not is_won') }} as closed_lost_amount
    from deals
    group by rep_id, close_month

),

final as (

    select
        coalesce(credits_summed.rep_id, deals_counted.rep_id) as rep_id,
        coalesce(credits_summed.month, deals_counted.month) as month,
        coalesce(credits_summed.closed_won_amount, 0) as closed_won_amount,
        coalesce(credits_summed.overlay_credit_amount, 0) as overlay_credit_amount,
        coalesce(deals_counted.closed_won_count, 0) as closed_won_count,
        coalesce(deals_counted.closed_lost_count, 0) as closed_lost_count,
        coalesce(deals_counted.won_as_owner_amount, 0) as won_as_owner_amount,
        coalesce(deals_counted.closed_lost_amount, 0) as closed_lost_amount
    from credits_summed
    full outer join deals_counted
        on credits_summed.rep_id = deals_counted.rep_id
        and credits_summed.month = deals_counted.month

)

select * from final
