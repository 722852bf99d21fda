-- One row per currency × first day of validity, with the last day; the company's own currency is always 1.
with rates as (

    select * from {{ ref('fx_rates') }}

),

dated as (

    select
        currency,
        valid_from,
        coalesce(
            {{ dbt.dateadd('day', -1, 'lead(valid_from) over (partition by currency order by valid_from)') }},
            cast('9999-12-31' as date)
        ) as valid_to,
        rate
    from rates
    where currency != '{{ var("company_currency") }}'

),

final as (

    select
        currency,
        valid_from,
        cast(valid_to as date) as valid_to,
        rate
    from dated
    union all
    select
        '{{ var("company_currency") }}' as currency,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to,
        1.0 as rate

)

select * from final
