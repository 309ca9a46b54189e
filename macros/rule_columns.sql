{#- The columns of a rule, as its default rows have them in the warehouse. -#}
{% macro rule_columns(rule) -%}
    {%- set seed = none -%}
    {%- if execute -%}
        {%- set seed = load_relation(api.Relation.create(
            target.database or none,
            generate_schema_name('reference', none),
            rule ~ '_defaults',
        )) -%}
    {%- endif -%}
    {%- if not seed -%}
        {#- Parsed or compiled only; nothing is run without its seeds. -#}
        {{ return(['*']) }}
    {%- endif -%}
    {{ return(adapter.get_columns_in_relation(seed) | map(attribute='name') | list) }}
{%- endmacro %}
