{#
    Marts of calls are built by day: a day is built again when anything it is made of has changed, and only then.

    int_call_days says of each day what it is made of now (a fingerprint); intermediate.days_built says of which fingerprint
    each model has built it, and by which version of this project. Both it and the model's rows are written in one
    transaction, so a build that is killed leaves a day either done or still to do. A model that was built by other SQL,
    seeds or vars than these is built from nothing, as with --full-refresh.

    A model built by day: config(materialized="incremental", incremental_strategy="changed_days", on_schema_change="fail",
    post_hook="{{ remember_days() }}"), a column call_date, and in every import of rows by day
    where {{ is_on_changed_day('call_date', ref('int_call_days')) }}. Other tables it reads by call_id alone must be part of
    the fingerprint.
#}

{# Condition on rows of days to build: all of them unless the model is there already. Days are written out, so that files of others stay shut. #}
{% macro is_on_changed_day(column, call_days) -%}
    {%- if not is_incremental() -%}
        true
    {%- else -%}
        {%- set changed -%}
            select coalesce(now.day, built.day) as day
            from {{ call_days }} as now
            full outer join (
                select * from {{ days_built() }} where model_name = '{{ this.identifier }}'
            ) as built on now.day = built.day
            where now.fingerprint is distinct from built.fingerprint
            order by 1
        {%- endset -%}
        {%- set days = run_query(changed).columns[0].values() -%}
        {# Without a day nothing tells whether a row has changed; there are few. #}
        ({{ column }} is null{% if days %} or {{ column }} in ('{{ days | join("', '") }}'){% endif %})
    {%- endif -%}
{%- endmacro %}

{# dbt's incremental strategy of that name: rows of the days built again, for those there were. #}
{% macro get_incremental_changed_days_sql(arguments) -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arguments['target_relation'] }} where {{ is_on_changed_day('call_date', ref('int_call_days')) }};
    insert into {{ arguments['target_relation'] }} ({{ columns }}) select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}

{% macro remember_days() -%}
    delete from {{ days_built() }} where model_name = '{{ this.identifier }}';
    insert into {{ days_built() }}
    select '{{ this.identifier }}' as model_name, day, fingerprint, '{{ project_version() }}' as project_version
    from {{ ref('int_call_days') }}
{%- endmacro %}

{% macro days_built() -%}
    {{ target.database }}.intermediate.days_built
{%- endmacro %}

{# on-run-start: the one table that no model makes. #}
{% macro create_days_built() -%}
    create schema if not exists {{ target.database }}.intermediate;
    create table if not exists {{ days_built() }} (model_name varchar, day date, fingerprint varchar, project_version varchar)
{%- endmacro %}

{# dbt's own question, which is_incremental() and the materialization ask; its answer, and ours for what is built by day. #}
{% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') if config.get('full_refresh') is not none else flags.FULL_REFRESH -%}
    {%- if asked or not execute or config.get('incremental_strategy') != 'changed_days' -%}
        {{ return(asked) }}
    {%- endif -%}
    {%- set built_by_this -%}
        select coalesce(bool_and(project_version = '{{ project_version() }}'), false)
        from {{ days_built() }}
        where model_name = '{{ this.identifier }}'
    {%- endset -%}
    {{ return(not run_query(built_by_this).columns[0].values()[0]) }}
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
