{#
    Large models are built again only where something has changed, and an incremental build equals one from nothing, row for row.

    A model says by which column its rows are built (`object`: a deal, a day, a week) and which models it is made of (`touched_by`).
    Each build writes down which objects it changed (`intermediate.objects_changed`), and by that the next models know
    theirs. A row that comes out as it was is no change, so a re-export that says nothing new ends in staging.

        config(
            materialized="incremental", incremental_strategy="changed_objects", on_schema_change="fail",
            post_hook="{{ remember_build() }}",
            object="deal_id",                     -- none: all or nothing
            touched_by=["int_deals_enriched"],    -- none: looked at as a whole, every time; only what differs is written
            logs=["deal_id", "account_id"],       -- columns whose values tell the next models; the object if left out
            built_anew_with=["int_stages_mapped"] -- small models of which any change touches everything
        )

    and in what it selects `where {{ is_touched('deal_id') }}`, or `where {{ is_built_anew() }}` at the end of a model without an object. Rows
    that depend on the day of the build itself are added by hand: `or close_date > {{ built_as_of() }}`.

    A model is built from nothing where it was never built, was built by other SQL, seeds or vars than these, or for a later day
    than this one, where anything in `built_anew_with` differs, or where a model in `touched_by` was built from nothing.
    Rows, changes and the note of the build are one transaction: a killed build leaves a model as it was.
#}

{#
    on-run-start: the tables that no model makes.

    builds: one row, the number of this build. models_built: by which build a model was built for the last time, changed for the
    last time, made from nothing for the last time. objects_changed: which build changed what; kept until every model has seen it, and for a
    few builds, because publishing reads it too (pipelines/publish.py).
#}
{% macro begin_build() -%}
    create schema if not exists {{ target.database }}.intermediate;
    create table if not exists {{ builds() }} (warehouse_id varchar, build_number bigint, project_version varchar);
    create table if not exists {{ models_built() }} (
        model_name varchar,
        object varchar,
        build_number bigint,
        changed_in bigint,
        made_anew_in bigint,
        as_of date,
        project_version varchar,
        inputs_mark varchar
    );
    create table if not exists {{ objects_changed() }} (
        model_name varchar, object_kind varchar, object_id varchar, build_number bigint
    );
    create table if not exists {{ views_made() }} (view_name varchar, sql_hash varchar);
    create table if not exists {{ files_staged() }} (model_name varchar, source_file varchar, load_order double);
    insert into {{ builds() }} select cast(uuid() as varchar), 0, '' where not exists (select 1 from {{ builds() }});
    update {{ builds() }} set build_number = build_number + 1, project_version = '{{ project_version() }}';
    delete from {{ models_built() }} where model_name not in ('{{ model_names() | join("', '") }}');
    delete from {{ objects_changed() }}
    where build_number <= least(
        (select min(build_number) from {{ models_built() }}), (select build_number - {{ builds_told() }} from {{ builds() }})
    )
{%- endmacro %}

{# Models of this project: one that is gone must not be waited for. #}
{% macro model_names() -%}
    {{ return(graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | map(attribute='name') | list if execute else []) }}
{%- endmacro %}

{# For how many builds changes are kept at the least; publishing counts on as many (BUILDS_TOLD in pipelines/publish.py). #}
{% macro builds_told() -%} 10 {%- endmacro %}

{% macro builds() -%} {{ target.database }}.intermediate.builds {%- endmacro %}
{% macro models_built() -%} {{ target.database }}.intermediate.models_built {%- endmacro %}
{% macro objects_changed() -%} {{ target.database }}.intermediate.objects_changed {%- endmacro %}

{# Days go by several names; what a column's values are is what they can be matched by. #}
{% macro object_kind(column) -%}
    {{ return('day' if column in ['call_date', 'session_date', 'meeting_date'] else column) }}
{%- endmacro %}

{# Condition on rows to build: all of them unless the model is there already. `kind`: of objects that are not the model's own. #}
{% macro is_touched(column, kind=none) -%}
    {%- if not is_incremental() -%}
        true
    {%- else -%}
        {{ is_listed(column, touched_table(kind or object_kind(config.get('object')))) }}
    {%- endif -%}
{%- endmacro %}

{#
    Condition on rows that belong to a list of objects, a CTE, of what is to be built: it costs nothing in a build from nothing.
    The linter sees it as in an incremental build, or it would find the list unused.
#}
{% macro is_among(column, list) -%}
    {%- if is_incremental() or target.name == 'compile_only' -%}
        {{ column }} in (select {{ list }}.{{ column.split('.')[-1] }} from {{ list }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Few are written out, so that files and blocks of others stay shut. An object without a name is built every time; there are few. #}
{% macro is_listed(column, table) -%}
    {%- set query = 'select object_id from ' ~ table ~ ' where object_id is not null order by 1 limit 1001' -%}
    {%- set few = answer_once(table ~ ' listed', query) -%}
    ({{ column }} is null
    {%- if few | length > 1000 %} or cast({{ column }} as varchar) in (select listed.object_id from {{ table }} as listed)
    {%- elif few %} or {{ column }} in ('{{ few | map('replace', "'", "''") | join("', '") }}'){% endif %})
{%- endmacro %}

{# First column of a query, asked once for each model: a question costs dbt more than the database. #}
{% macro answer_once(name, query) -%}
    {%- if model.get(name) is none -%} {%- do model.update({name: run_query(query).columns[0].values() | list}) -%} {%- endif -%}
    {{ return(model[name]) }}
{%- endmacro %}

{# Touched objects as a temporary table, made once for all that asks. #}
{% macro touched_table(kind) -%}
    {%- set name = this.identifier ~ '__touched_' ~ kind -%}
    {%- if not model.get(name) -%}
        {%- do run_query('create or replace temporary table ' ~ name ~ ' as ' ~ touched_objects(kind)) -%}
        {%- do model.update({name: true}) -%}
    {%- endif -%}
    {{ return(name) }}
{%- endmacro %}

{# Condition at the end of a model without an object. #}
{% macro is_built_anew() -%}
    {{ 'false' if is_incremental() else 'true' }}
{%- endmacro %}

{# The day this model was built for the last time; before all days if it is built from nothing. #}
{% macro built_as_of() -%}
    {%- if not is_incremental() -%}
        cast('1000-01-01' as date)
    {%- else -%}
        {%- set last_day -%} select as_of from {{ models_built() }} where model_name = '{{ this.identifier }}' {%- endset -%}
        cast('{{ answer_once('built_as_of', last_day)[0] }}' as date)
    {%- endif -%}
{%- endmacro %}

{# Query for the objects of this model that models it is made of have changed since its last build; what has a day by the period it lies in. #}
{% macro touched_objects(kind) -%}
    {%- if config.get('raw_table') -%} {{ return(touched_raw_objects()) }} {%- endif -%}
    {%- if kind in ['week_start', 'month'] -%}
        select distinct cast(days.{{ kind }} as varchar) as object_id
        from {{ objects_changed() }} as changes
        inner join {{ ref('int_days') }} as days on changes.object_id = cast(days.day as varchar)
        where changes.object_kind in ('day', 'week_start', 'month', 'period_start') and {{ is_news() }}
    {%- else -%}
        select distinct changes.object_id
        from {{ objects_changed() }} as changes
        where changes.object_kind = '{{ kind }}' and {{ is_news() }}
    {%- endif -%}
{%- endmacro %}

{# Condition on `changes`: made since this model was built, by a model it is made of. #}
{% macro is_news() -%}
    changes.model_name in ('{{ (config.get('touched_by') or ['']) | join("', '") }}')
    and changes.build_number > (select build_number from {{ models_built() }} where model_name = '{{ this.identifier }}')
{%- endmacro %}

{# dbt's incremental strategy of that name: of the objects built again those are written of which any row differs. #}
{% macro get_incremental_changed_objects_sql(arguments) -%}
    {%- set target_relation, built = arguments['target_relation'], arguments['temp_relation'] -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    {%- set object = config.get('object') -%}
    {%- set before, changed = this.identifier ~ '__before', this.identifier ~ '__changed' -%}
    {%- set rows_before -%}
        select {{ columns }} from {{ target_relation }}
        {%- if object and (config.get('touched_by') or config.get('raw_table')) %} where {{ is_listed(object, scope_table(object, built)) }} {%- endif %}
    {%- endset -%}
    {% if object -%}
        create or replace temporary table {{ before }} as {{ rows_before }};
        create or replace temporary table {{ changed }} as
        (select {{ columns }} from {{ built }} except all select {{ columns }} from {{ before }})
        union all
        (select {{ columns }} from {{ before }} except all select {{ columns }} from {{ built }});
        drop table {{ before }};
        delete from {{ target_relation }} where {{ is_of_changed_object(object, changed) }};
        insert into {{ target_relation }} ({{ columns }}) select {{ columns }} from {{ built }} where {{ is_of_changed_object(object, changed) }};
        {% for column in config.get('logs') or [object] -%}
            insert into {{ objects_changed() }}
            select distinct '{{ this.identifier }}', '{{ object_kind(column) }}', cast({{ column }} as varchar), {{ build_number() }}
            from {{ changed }}
            where {{ column }} is not null;
        {% endfor -%}
        {{ note_build('case when exists (select 1 from ' ~ changed ~ ') then now.build_number else before.changed_in end', 'before.made_anew_in') }};
        drop table {{ changed }}
    {%- else -%}
        {{ note_build('before.changed_in', 'before.made_anew_in') }}
    {%- endif %}
{%- endmacro %}

{# Objects built again, and those of which nothing was left to build. #}
{% macro scope_table(object, built) -%}
    {%- set name = this.identifier ~ '__scope' -%}
    {%- if model.get(name) -%} {{ return(name) }} {%- endif -%}
    {%- set touched = touched_table(object_kind(object)) -%}
    {%- do run_query(
        'create or replace temporary table ' ~ name ~ ' as select distinct cast(' ~ object ~ ' as varchar) as object_id from ' ~ built
        ~ ' union select object_id from ' ~ touched
    ) -%}
    {%- do model.update({name: true}) -%}
    {{ return(name) }}
{%- endmacro %}

{% macro is_of_changed_object(object, changed) -%}
    ({{ object }} in (select {{ object }} from {{ changed }} where {{ object }} is not null)
    or ({{ object }} is null and exists (select 1 from {{ changed }} where {{ object }} is null)))
{%- endmacro %}

{% macro build_number() -%} (select build_number from {{ builds() }}) {%- endmacro %}

{# After a build: one from nothing, which the strategy has not noted, may have changed anything. #}
{% macro remember_build() -%}
    insert into {{ objects_changed() }}
    select '{{ this.identifier }}', null, null, now.build_number
    from {{ builds() }} as now
    left join {{ models_built() }} as before on before.model_name = '{{ this.identifier }}'
    where before.build_number is distinct from now.build_number;
    {{ note_build('now.build_number', 'now.build_number') }}
{%- endmacro %}

{# Once a build: whichever notes it first knows best. #}
{% macro note_build(changed_in, made_anew_in) -%}
    {{ note_files() if config.get('raw_table') }}
    insert into {{ models_built() }}
    select
        '{{ this.identifier }}' as model_name,
        '{{ config.get('object') or '' }}' as object,
        now.build_number,
        {{ changed_in }} as changed_in,
        {{ made_anew_in }} as made_anew_in,
        {{ as_of() }} as as_of,
        now.project_version,
        '{{ inputs_mark() }}' as inputs_mark
    from {{ builds() }} as now
    left join {{ models_built() }} as before on before.model_name = '{{ this.identifier }}'
    where before.build_number is distinct from now.build_number;
    delete from {{ models_built() }} where model_name = '{{ this.identifier }}' and build_number < {{ build_number() }}
{%- endmacro %}

{# A mark of the small models that this one is built anew with. #}
{% macro inputs_mark() -%}
    {%- set inputs = config.get('built_anew_with') or [] -%}
    {%- if not execute or not inputs -%} {{ return('') }} {%- endif -%}
    {%- set marks -%}
        {%- for name in inputs -%}
            select '{{ name }}' as name, {{ content_mark('rows_of_it') }} as mark from {{ ref(name) }} as rows_of_it
            {{- ' union all ' if not loop.last }}
        {%- endfor -%}
    {%- endset -%}
    {{ return(answer_once('inputs_mark', "select md5(string_agg(name || mark, ',' order by name)) from (" ~ marks ~ ')')[0]) }}
{%- endmacro %}

{# dbt's own question, which is_incremental() and the materialization ask; its answer, and ours for models of this strategy. #}
{% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') if config.get('full_refresh') is not none else flags.FULL_REFRESH -%}
    {%- if asked or not execute or config.get('incremental_strategy') != 'changed_objects' -%}
        {{ return(asked) }}
    {%- endif -%}
    {%- set is_sound -%}
        select
            built.project_version = builds.project_version
            and built.as_of <= {{ as_of() }}
            and built.inputs_mark = '{{ inputs_mark() }}'
            and not exists (
                select 1 from {{ objects_changed() }} as changes
                where {{ is_news() }} {{ 'and changes.object_id is null' if config.get('object') }}
            )
        from {{ models_built() }} as built
        cross join {{ builds() }} as builds
        where built.model_name = '{{ this.identifier }}'
    {%- endset -%}
    {%- set answer = answer_once('is_sound', is_sound) -%}
    {{ return(not (answer and answer[0])) }}
{%- endmacro %}

{# A hash of what the rows depend on beside the data: the project's SQL, seeds and vars (the as-of date apart) and the engine. #}
{% macro project_version() -%}
    {%- if not execute -%} {{ return('') }} {%- endif -%}
    {%- set vars = dict(invocation_args_dict.get('vars') or {}) -%}
    {%- set ignored = vars.pop('as_of', none) -%}
    {%- set folder = invocation_args_dict['project_dir'] -%}
    {%- set text -%}
        select md5(string_agg(content, '' order by filename) || version() || $${{ tojson(vars, sort_keys=true) }}$$)
        from read_text(list_transform(
            ['dbt_project.yml', 'macros/**/*.sql', 'models/**/*.sql', 'seeds/*.csv'], lambda path: '{{ folder }}/' || path
        ))
    {%- endset -%}
    {%- set version = run_query(text).columns[0].values()[0] -%}
    {%- if not version -%}
        {{ exceptions.raise_compiler_error("the project's files were not found in " ~ folder) }}
    {%- endif -%}
    {{ return(version) }}
{%- endmacro %}
