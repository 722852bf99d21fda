with faults as (

    select * from {{ ref('int_data_quality_deals') }}
    union all
    select * from {{ ref('int_data_quality_people') }}
    union all
    select * from {{ ref('int_data_quality_calls') }}
    union all
    select * from {{ ref('int_data_quality_landing') }}

),

rules as (

    select * from {{ ref('data_quality_rules') }}

),

grouped as (

    select
        rule,
        subject_kind,
        subject_id,
        coalesce(observed_on, {{ as_of() }}) as observed_on,
        min(detail) as detail,
        sum(row_count) as row_count,
        {{ exact_sum('amount') }} as amount
    from faults
    where subject_id is not null
    group by rule, subject_kind, subject_id, coalesce(observed_on, {{ as_of() }})

),

final as (

    select
        grouped.rule,
        grouped.subject_kind,
        grouped.subject_id,
        grouped.observed_on,
        rules.severity,
        grouped.detail,
        cast(grouped.row_count as bigint) as row_count,
        grouped.amount,
        rules.meaning,
        rules.what_it_hides
    from grouped
    -- Every rule is in the seed (tested); a rule that is not still shows.
    left join rules on grouped.rule = rules.rule

)

select * from final
