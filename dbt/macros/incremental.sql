{#
    Large models are built again only where something has changed, and an incremental build equals one from nothing, row for row.

    A model says by which column its rows are built (`object`: a deal, a day, a week) and which models it is made of (`touched_by`).
    Each build writes down which objects it changed (`intermediate.objects_changed`), and by that the next models know
    theirs. A row that comes out as it was is no change, so a re-export that says nothing new ends in staging.

        config(
            materialized="incremental",
            object="deal_id",                     -- none: all or nothing
            touched_by=["int_deals_enriched"],    -- none: looked at as a whole, every time; only what differs is written
            logs=["deal_id", "account_id"],       -- columns whose values tell the next models; the object if left out
            built_anew_with=["int_stages_mapped"] -- small models of which any change touches everything
        )

    and in what it selects `where {{ is_touched('deal_id') }}`, or `where {{ is_built_anew() }}` at the end of a model without an object. Rows
    that depend on the day of the build itself are added by hand: `or close_date > {{ built_as_of() }}`. A CTE that reads a large model and is
    named twice is `as not materialized`, or DuckDB gathers all of its rows before it looks which are asked for.

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

{#
    Few are written out, so that files and blocks of others stay shut. An object without a name is built every time; there are few, and
    they stand in the list under an empty name, because "or is null" would have every row looked at by itself.
#}
{% macro is_listed(column, table) -%}
    {%- set few = answer_once(table, 'select object_id from ' ~ table ~ ' where object_id is not null order by 1 limit 1001') -%}
    {%- if few | length > 1000 -%}
        coalesce(cast({{ column }} as varchar), '') in (select listed.object_id from {{ table }} as listed union all select '')
    {%- else -%}
        ({{ column }} is null{% if few %} or {{ column }} in ('{{ few | map('replace', "'", "''") | join("', '") }}'){% endif %})
    {%- endif -%}
{%- endmacro %}

{#
    First column of a query, asked once a run: a question costs dbt more than the database. dbt compiles a model and then makes it, with
    a memory for each; what it knows of the project it keeps for both.
#}
{% macro answer_once(name, query) -%}
    {%- set known = graph.setdefault('answers_of_' ~ invocation_id, {}) -%}
    {%- if name not in known -%} {%- do known.update({name: run_query(query).columns[0].values() | list}) -%} {%- endif -%}
    {{ return(known[name]) }}
{%- endmacro %}

{# Touched objects as a temporary table, made once for all that asks. #}
{% macro touched_table(kind) -%}
    {%- set name = this.identifier ~ '__touched_' ~ kind -%}
    {%- do answer_once(
        'create ' ~ name, 'create or replace temporary table ' ~ name ~ ' as ' ~ touched_objects(kind) ~ '; select 1'
    ) -%}
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
        cast('{{ answer_once(this.identifier ~ ' built_as_of', last_day)[0] }}' as date)
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

{# Made from nothing like any table, or brought up to date: in one transaction, with the note of it. #}
{% materialization incremental, adapter="duckdb" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set this_table = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        {% if is_incremental() %}
            {{ bring_up_to_date(this_table, compiled_code) }}
        {% else %}
            {{ make_table_anew(existing, this_table, compiled_code) }}
            insert into {{ objects_changed() }} select '{{ this.identifier }}', null, null, {{ build_number() }};
            {{ note_build('now.build_number', 'now.build_number') }}
        {% endif %}
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this_table]}) }}
{% endmaterialization %}

{# Of the objects built again those are written of which any row differs. Where nothing says which were, all that is there is compared. #}
{% macro bring_up_to_date(table, sql) -%}
    {%- set object = config.get('object') -%}
    {%- if not object -%} {{ return(note_build('before.changed_in', 'before.made_anew_in')) }} {%- endif -%}
    {%- set built, scope, before, changed = this.identifier ~ '__built', this.identifier ~ '__scope', this.identifier ~ '__before', this.identifier ~ '__changed' -%}
    create or replace temporary table {{ built }} as select * from {{ table }} limit 0;
    insert into {{ built }} by name select * from ({{ sql }});
    {% if config.get('touched_by') or config.get('raw_table') %}
        create or replace temporary table {{ scope }} as select distinct {{ object }} from {{ built }};
        {# Those, too, of which nothing was left to build; of the column's own type, by which blocks of the table stay shut. #}
        insert into {{ scope }} select object_id from {{ touched_table(object_kind(object)) }};
        create or replace temporary table {{ before }} as {{ rows_of(table, object, scope) }};
        drop table {{ scope }};
    {% else %}
        create or replace temporary table {{ before }} as select * from {{ table }};
    {% endif %}
    create or replace temporary table {{ changed }} as
    (select * from {{ built }} except all select * from {{ before }})
    union all
    (select * from {{ before }} except all select * from {{ built }});
    delete from {{ table }} where {{ object }} in (select {{ object }} from {{ changed }});
    delete from {{ table }} where {{ object }} is null;
    insert into {{ table }} {{ rows_of(built, object, changed) }};
    {% for column in config.get('logs') or [object] %}
        insert into {{ objects_changed() }}
        select distinct '{{ this.identifier }}', '{{ object_kind(column) }}', cast({{ column }} as varchar), {{ build_number() }}
        from {{ changed }}
        where {{ column }} is not null;
    {% endfor %}
    {{ note_build('case when exists (select 1 from ' ~ changed ~ ') then now.build_number else before.changed_in end', 'before.made_anew_in') }};
    drop table {{ built }};
    drop table {{ before }};
    drop table {{ changed }}
{%- endmacro %}

{# Rows of the objects in a list, and those of objects without a name, which are always built again. #}
{% macro rows_of(table, object, list) -%}
    select * from {{ table }} where {{ object }} in (select {{ object }} from {{ list }})
    union all
    select * from {{ table }} where {{ object }} is null
{%- endmacro %}

{% macro build_number() -%} (select build_number from {{ builds() }}) {%- endmacro %}

{# Which build made this model, and what it was made of. #}
{% macro note_build(changed_in, made_anew_in) -%}
    {{ note_files() if config.get('raw_table') }}
    create or replace temporary table {{ this.identifier }}__note as
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
    left join {{ models_built() }} as before on before.model_name = '{{ this.identifier }}';
    delete from {{ models_built() }} where model_name = '{{ this.identifier }}';
    insert into {{ models_built() }} select * from {{ this.identifier }}__note;
    drop table {{ this.identifier }}__note
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
    {{ return(answer_once(this.identifier ~ ' inputs_mark', "select md5(string_agg(name || mark, ',' order by name)) from (" ~ marks ~ ')')[0]) }}
{%- endmacro %}

{# dbt's own question, which is_incremental() asks; its answer, and ours for incremental models. #}
{% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') if config.get('full_refresh') is not none else flags.FULL_REFRESH -%}
    {%- if asked or not execute or model.config.materialized != 'incremental' -%}
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
    {%- set answer = answer_once(this.identifier ~ ' is_sound', is_sound) -%}
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
