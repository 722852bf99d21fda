{# Engine-specific SQL behind names: another adapter overrides these few. #}

{# Value of one column in the row with the greatest order key. #}
{% macro value_at_latest(value, order_key) -%}
    {{ return(adapter.dispatch('value_at_latest')(value, order_key)) }}
{%- endmacro %}

{% macro duckdb__value_at_latest(value, order_key) -%}
    arg_max({{ value }}, {{ order_key }})
{%- endmacro %}

{# All e-mail addresses in a text, lower case, as a list. #}
{% macro emails_in(column) -%}
    {{ return(adapter.dispatch('emails_in')(column)) }}
{%- endmacro %}

{% macro duckdb__emails_in(column) -%}
    list_distinct(regexp_extract_all(lower({{ column }}), '[^\s;,:"''<>\[\]{}()]+@[^\s;,:"''<>\[\]{}()]+'))
{%- endmacro %}

{# One row per day between two dates, both included: a set-returning expression for the select list. #}
{% macro each_day(first_day, last_day) -%}
    {{ return(adapter.dispatch('each_day')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__each_day(first_day, last_day) -%}
    unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day))
{%- endmacro %}

{# Elements of a list column as rows. #}
{% macro each_element(column) -%}
    {{ return(adapter.dispatch('each_element')(column)) }}
{%- endmacro %}

{% macro duckdb__each_element(column) -%}
    unnest({{ column }})
{%- endmacro %}

{# First element of a list; null if it is empty. #}
{% macro first_element(column) -%}
    {{ return(adapter.dispatch('first_element')(column)) }}
{%- endmacro %}

{% macro duckdb__first_element(column) -%}
    list_extract({{ column }}, 1)
{%- endmacro %}

{# Whole numbers between two, both included, as rows: a set-returning expression for the select list. #}
{% macro each_number(first_number, last_number) -%}
    {{ return(adapter.dispatch('each_number')(first_number, last_number)) }}
{%- endmacro %}

{% macro duckdb__each_number(first_number, last_number) -%}
    unnest(generate_series({{ first_number }}, {{ last_number }}))
{%- endmacro %}

{# An aggregate over rows of a relation, named by its alias: changes when any of them does, whatever their order. #}
{% macro content_mark(relation) -%}
    {{ return(adapter.dispatch('content_mark')(relation)) }}
{%- endmacro %}

{# The sum sees duplicates, which would cancel out in an exclusive or. #}
{% macro duckdb__content_mark(relation) -%}
    cast(coalesce(sum(hash({{ relation }})), 0) as varchar)
{%- endmacro %}
