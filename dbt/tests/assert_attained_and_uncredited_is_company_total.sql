-- What reps attained, plus what no rep is credited with (each row with its reason), is the company's closed won.
-- Tolerance: a cent, amounts being added as decimals of six places.
with attained as (

    select sum(closed_won_amount) as amount
    from {{ ref('fct_rep_months') }}

),

uncredited as (

    select sum(amount) as amount
    from {{ ref('fct_deal_credits') }}
    where not is_overlay and uncredited_reason is not null

),

company as (

    select sum(credited_closed_won_amount) as amount
    from {{ ref('fct_deals') }}

)

select
    attained.amount as attained_amount,
    uncredited.amount as uncredited_amount,
    company.amount as company_amount
from attained
cross join uncredited
cross join company
where abs(coalesce(attained.amount, 0) + coalesce(uncredited.amount, 0) - coalesce(company.amount, 0)) > 0.01
