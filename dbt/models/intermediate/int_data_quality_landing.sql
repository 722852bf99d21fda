-- One row per rule × row, file or expectation that failed on its way in (the newest report on or before the as-of date).
with quarantined_rows as (

    select * from {{ ref('stg_quarantine__rows') }}
    where as_of_date <= {{ as_of() }}

),

quarantined_files as (

    select * from {{ ref('stg_quarantine__files') }}
    where as_of_date <= {{ as_of() }}

),

expectations as (

    select * from {{ ref('stg_checks__expectations') }}
    where as_of_date <= {{ as_of() }}

),

newest_expectations as (

    select *
    from expectations
    qualify as_of_date = max(as_of_date) over (partition by suite)

),

rows_gathered as (

    select
        'quarantined_row' as rule,
        'row' as subject_kind,
        table_name || '#' || row_id as subject_id,
        min(as_of_date) as observed_on,
        min(rule || ': ' || reason || coalesce(' (' || source_file || ' row ' || source_row || ')', '')) as detail,
        1 as row_count
    from quarantined_rows
    group by table_name, row_id

),

files_gathered as (

    select
        'quarantined_file' as rule,
        'file' as subject_kind,
        file_name || '#' || left(sha256, 12) as subject_id,
        min(as_of_date) as observed_on,
        min(stage || ': ' || reason) as detail,
        1 as row_count
    from quarantined_files
    group by file_name, sha256

),

expectations_gathered as (

    select
        'failed_expectation' as rule,
        'table' as subject_kind,
        table_name || '.' || coalesce(column_name || '.', '') || expectation as subject_id,
        as_of_date as observed_on,
        min(meaning || coalesce('; e.g. ' || example, '')) as detail,
        coalesce(max(unexpected_count), 1) as row_count
    from newest_expectations
    where not is_success
    group by table_name, column_name, expectation, as_of_date

),

gathered as (

    select * from rows_gathered
    union all
    select * from files_gathered
    union all
    select * from expectations_gathered

),

final as (

    select
        *,
        cast(null as double) as amount
    from gathered

)

select * from final
