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
    A model that is built by object (macros/incremental.sql) says by `raw_table`, `raw_key` and `raw_object` where its object comes from:
    then only objects are read that are in a file of which another load counts than at the last build.
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

    newest_loads as (

        {{ newest_loads() | indent(8) }}

    ),

    current_rows as {{ 'not ' if not is_incremental() }}materialized (

        {% for condition in raw_conditions() %}
            select landed.*
            from landed
            inner join newest_loads
                on landed._source_file = newest_loads._source_file
                and try_cast(landed._dlt_load_id as double) = newest_loads.load_order
            {{ 'where ' ~ condition if condition }}
            {{ 'union all' if not loop.last }}
        {% endfor %}

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

{# Of each landed file the load that counts. From the list of files, not from rows: an export that became empty has no row that could say so. #}
{% macro newest_loads() -%}
    select
        files._source_file,
        max(try_cast(files._dlt_load_id as double)) as load_order
    from {{ source('lake', 'raw_ingest__files') }} as files
    where files._dlt_load_id in (select loads.load_id from {{ source('lake', '_dlt_loads') }} as loads where loads.status = 0)
    group by files._source_file
{%- endmacro %}

{# Which rows to read, a condition each: all, or those of touched objects, and those without a key, which are read every time. #}
{% macro raw_conditions() -%}
    {%- if not is_incremental() -%} {{ return(['']) }} {%- endif -%}
    {%- set touched = touched_table(config.get('object')) -%}
    {#- By the raw columns as they are, so that blocks of the files stay shut. -#}
    {%- set raw_key = config.get('raw_key') -%}
    {%- set columns = raw_key | join(', ') -%}
    {%- set is_touched = '(landed.' ~ raw_key | join(', landed.') ~ ') in (select ' ~ columns ~ ' from ' ~ touched ~ ')' -%}
    {{ return([is_touched, '(landed.' ~ raw_key | join(' is null or landed.') ~ ' is null)']) }}
{%- endmacro %}

{# Query for the objects with rows in files of which another load counts than when this model was built, with their raw columns. #}
{% macro touched_raw_objects() -%}
    {%- set changed -%}
        select coalesce(now._source_file, staged.source_file) as source_file
        from ({{ newest_loads() }}) as now
        full outer join (select * from {{ files_staged() }} where model_name = '{{ this.identifier }}') as staged
            on now._source_file = staged.source_file
        where now.load_order is distinct from staged.load_order
        order by 1
    {%- endset -%}
    {%- set files = run_query(changed).columns[0].values() -%}
    select distinct
        {{ config.get('raw_object') }} as object_id,
        {{ config.get('raw_key') | join(', ') }}
    from {{ source('lake', config.get('raw_table')) }}
    where _source_file in ('{{ files | map('replace', "'", "''") | join("', '") }}')
{%- endmacro %}

{# Which load of each file a staging model was made of. #}
{% macro files_staged() -%} {{ target.database }}.intermediate.files_staged {%- endmacro %}

{% macro note_files() -%}
    delete from {{ files_staged() }} where model_name = '{{ this.identifier }}';
    insert into {{ files_staged() }} select '{{ this.identifier }}', newest._source_file, newest.load_order from ({{ newest_loads() }}) as newest;
{%- endmacro %}
