{{ config(materialized="table") }}

-- Quotas as planned; two for one period are both kept here.
{{ newest_rows(source('lake', 'raw_quota__quotas'), ['employee_id', 'period_start', 'period_end', 'quota_kind', 'is_overlay', 'quota_amount']) }},

final as (

    select
        'hr:' || trim(employee_id) as person_id,
        {{ to_date('period_start') }} as period_start,
        {{ to_date('period_end') }} as period_end,
        {{ to_number('quota_amount') }} as quota_amount,
        {{ to_text('quota_amount') }} as quota_amount_text,
        upper({{ to_text('currency') }}) as currency,
        lower({{ to_text('quota_kind') }}) as quota_kind,
        coalesce({{ to_boolean('is_overlay') }}, false) as is_overlay,
        _source_file as source_file,
        _source_row as source_row,
        try_cast(_dlt_load_id as double) as load_order
    from newest

)

select * from final
