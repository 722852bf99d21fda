{{ config(
    materialized="incremental",
    object="month",
    touched_by=["int_rep_months_coached"],
    built_anew_with=["int_fiscal_months", "int_days", "stg_hr__employees"]
) }}

-- One row per rep × fiscal month in seat: the decayed stock of coaching of earlier months, and lags W1..W4.
--
-- With decay d = 0.5^(1/half-life) a week, a month whose weeks are a..b (numbered) has, at the start of a month whose first
-- week is w, the weight d^(w-1-b) − d^(w-a): the geometric sum over its weeks, scaled so that sustained weekly coaching is 1.
-- Before a hire inside the data there was no coaching (0). Months whose coaching is unknown keep their weight as unknown, and so
-- does the time before the data for whoever was in seat when they begin.
with coached as (

    select * from {{ ref('int_rep_months_coached') }}

),

fiscal_months as (

    select * from {{ ref('int_fiscal_months') }}

),

days as (

    select * from {{ ref('int_days') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

months_to_build as (

    -- What was coached in a month counts in all months after it.
    select month from fiscal_months
    where month >= (
            select min(touched.month) from fiscal_months as touched
            where {{ is_touched('touched.month') }}
        )

),

months_numbered as (

    select
        fiscal_months.month,
        fiscal_months.month_number,
        min({{ dbt.datediff("cast('2000-01-03' as date)", 'days.day', 'day') }} / 7.0) as first_week_number,
        max({{ dbt.datediff("cast('2000-01-03' as date)", 'days.day', 'day') }} / 7.0) as last_week_number,
        count(*) as weeks_in_whole_month
    from fiscal_months
    inner join days
        on fiscal_months.month = days.month
        and days.day = days.week_start
    group by fiscal_months.month, fiscal_months.month_number

),

shares as (

    select
        coached.rep_id,
        coached.month,
        months_numbered.month_number,
        months_numbered.first_week_number,
        months_numbered.last_week_number,
        cast(coached.coached_weeks_known as double) / nullif(coached.weeks_in_month, 0) as exposure_share
    from coached
    inner join months_numbered on coached.month = months_numbered.month

),

weighted as (

    select
        later.rep_id,
        later.month,
        earlier.exposure_share,
        power(0.5, (later.first_week_number - 1 - earlier.last_week_number) / {{ var('exposure_half_life_weeks') }})
        - power(0.5, (later.first_week_number - earlier.first_week_number) / {{ var('exposure_half_life_weeks') }})
            as weight
    from shares as later
    inner join shares as earlier
        on later.rep_id = earlier.rep_id
        and later.month_number > earlier.month_number
    where {{ is_among('later.month', 'months_to_build') }}

),

stocks as (

    select
        rep_id,
        month,
        {{ exact_sum('weight * exposure_share', scale=12) }} as known_stock,
        {{ exact_sum('case when exposure_share is null then weight else 0 end', scale=12) }} as unknown_weight
    from weighted
    group by rep_id, month

),

data_months as (

    select
        min(month) as month,
        min(month_number) as month_number
    from shares

),

first_months as (

    select
        shares.rep_id,
        min(shares.month_number) as first_month_number,
        min(shares.first_week_number) as first_week_number,
        -- In seat on the first day of the data: what came before is not known.
        min(shares.month_number) = min(data_months.month_number)
        and coalesce(min(employees.hire_date) < min(data_months.month), true) as has_unknown_past
    from shares
    left join employees on shares.rep_id = employees.person_id
    cross join data_months
    group by shares.rep_id

),

weights_summed as (

    select
        shares.rep_id,
        shares.month,
        coalesce(stocks.known_stock, 0) as known_stock,
        coalesce(stocks.unknown_weight, 0) + case
            when first_months.has_unknown_past
                then power(
                        0.5, (shares.first_week_number - first_months.first_week_number) / {{ var('exposure_half_life_weeks') }}
                    )
            else 0
        end as unknown_weight
    from shares
    inner join first_months on shares.rep_id = first_months.rep_id
    left join stocks
        on shares.rep_id = stocks.rep_id
        and shares.month = stocks.month

),

final as (

    select
        shares.rep_id,
        shares.month,
        shares.exposure_share,
        case
            when weights_summed.unknown_weight <= {{ var('exposure_max_unknown_share') }}
                then weights_summed.known_stock / (1 - weights_summed.unknown_weight)
        end as exposure_stock,
        {% for lag in range(1, 5) %}
            case
                when shares.month_number - {{ lag }} < first_months.first_month_number
                    then case when not first_months.has_unknown_past then 0 end
                when lag_{{ lag }}.rep_id is null then 0
                else lag_{{ lag }}.exposure_share
            end as exposure_lag_{{ lag }},
        {% endfor %}
        round(1 - weights_summed.unknown_weight, 9) as exposure_known_share
    from shares
    inner join first_months on shares.rep_id = first_months.rep_id
    inner join weights_summed
        on shares.rep_id = weights_summed.rep_id
        and shares.month = weights_summed.month
    {% for lag in range(1, 5) %}
        left join shares as lag_{{ lag }}
            on shares.rep_id = lag_{{ lag }}.rep_id
            and shares.month_number - {{ lag }} = lag_{{ lag }}.month_number
    {% endfor %}
    where {{ is_among('shares.month', 'months_to_build') }}

)

select * from final
