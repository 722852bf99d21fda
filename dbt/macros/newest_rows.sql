{#
    Body of a raw staging CTE: what an append-only raw table says now.

    Only rows of completed loads count (status 0 in _dlt_loads; a load that died half-way is as if it had not been), per
    export file only its newest completed load (an export is the whole truth of its file, so a row missing from it is
    gone), and per key the newest version among files.

    key: columns that identify a row; order_by: what makes a version newer, before load and place in the file.
    object_key: columns of an object whose rows always come together from one place of an export, such as the deal of a history;
    without it every row is an object. Only rows of objects that were met again are compared: ranking all of them is most of
    the work there is. The file is read once for the keys and once for the rows, which costs less than holding all of it.
    source_relation: the raw source (passed in, so that dbt sees the dependency and the layering test sees source()).
#}
{% macro newest_rows(source_relation, key, order_by=none, object_key=none) -%}
    {%- set object_key = object_key or key %}
    {%- set is_same_object -%}
        {%- for column in object_key -%}
            objects_met_again.{{ column }} is not distinct from current_rows.{{ column }}{{ ' and ' if not loop.last }}
        {%- endfor -%}
    {%- endset %}
    with landed as not materialized (

        select *
        from {{ source_relation }}

    ),

    completed_loads as (

        select distinct load_id
        from {{ source('lake', '_dlt_loads') }}
        where status = 0

    ),

    newest_loads as (

        -- From the list of landed files, not from rows: an export that became empty has no row that could say so.
        select
            files._source_file,
            max(try_cast(files._dlt_load_id as double)) as load_order
        from {{ source('lake', 'raw_ingest__files') }} as files
        inner join completed_loads on files._dlt_load_id = completed_loads.load_id
        group by files._source_file

    ),

    current_rows as not materialized (

        select landed.*
        from landed
        inner join newest_loads
            on landed._source_file = newest_loads._source_file
            and try_cast(landed._dlt_load_id as double) = newest_loads.load_order

    ),

    objects_met_again as (

        select {{ object_key | join(', ') }}
        from current_rows
        group by {{ object_key | join(', ') }}
        having {{ 'min(_source_file) != max(_source_file) or min(_source_row) != max(_source_row)' if object_key != key else 'count(*) > 1' }}

    ),

    newest as (

        select current_rows.*
        from current_rows
        where not exists (
                select 1 from objects_met_again
                where {{ is_same_object }}
            )
        union all
        select current_rows.*
        from current_rows
        inner join objects_met_again on {{ is_same_object }}
        qualify row_number() over (
            partition by {% for column in key %}current_rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            order by
                {% if order_by %}current_rows.{{ order_by }} desc nulls last,{% endif %}
                try_cast(current_rows._dlt_load_id as double) desc, current_rows._source_file desc, current_rows._source_row desc
        ) = 1

    )
{%- endmacro %}
