{#
    A table is dropped and made in one transaction: readers see the old one or the new one. dbt-duckdb's own makes it under another name, and
    asks for foreign keys and indexes, which nothing here has, before it renames twice: most of what a small table costs.
#}
{% materialization table, adapter="duckdb" %}
    {%- set this_table = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        {{ make_table_anew(load_cached_relation(this), this_table, compiled_code) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this_table]}) }}
{% endmaterialization %}

{% macro make_table_anew(existing, table, sql) -%}
    {% if existing is not none %}drop {{ existing.type }} if exists {{ existing }};{% endif %}
    {{ get_create_table_as_sql(False, table, sql) }}
{%- endmacro %}
