{#
    Body of a raw staging CTE: what an append-only raw table says now.

    Only rows of completed loads count (status 0 in _dlt_loads; a load that died half-way is as if it had not been), per
    export file only its newest completed load (an export is the whole truth of its file, so a row missing from it is
    gone), and per key the newest version among files.

    key: columns that identify a row; order_by: what makes a version newer, before load and place in the file.
    object_key: columns of an object whose rows always come together from one place of an export, such as the deal of a history:
    only rows of objects that came from several places are compared, which for long histories is all the work there is.
    source_relation: the raw source (passed in, so that dbt sees the dependency and the layering test sees source()).
#}
{% macro newest_rows(source_relation, key, order_by=none, object_key=none) -%}
    with landed as (

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

    current_rows as (

        select landed.*
        from landed
        inner join newest_loads
            on landed._source_file = newest_loads._source_file
            and try_cast(landed._dlt_load_id as double) = newest_loads.load_order

    ),

    {% if object_key %}
        objects_met_again as (

            select {{ object_key | join(', ') }}
            from current_rows
            group by {{ object_key | join(', ') }}
            having min(_source_file) != max(_source_file) or min(_source_row) != max(_source_row)

        ),

        rows_met_again as (

            select current_rows.*
            from current_rows
            inner join objects_met_again using ({{ object_key | join(', ') }})

        ),
    {% endif %}

    newest as (

        {% if object_key %}
            select * from current_rows
            where not exists (
                    select 1 from objects_met_again
                    where {% for column in object_key -%}
                        objects_met_again.{{ column }} = current_rows.{{ column }}{{ ' and ' if not loop.last }}
                    {%- endfor %}
                )
            union all
        {% endif %}
        select *
        from {{ 'rows_met_again' if object_key else 'current_rows' }}
        qualify row_number() over (
            partition by {{ key | join(', ') }}
            order by
                {% if order_by %}{{ order_by }} desc nulls last,{% endif %}
                try_cast(_dlt_load_id as double) desc, _source_file desc, _source_row desc
        ) = 1

    )
{%- endmacro %}
