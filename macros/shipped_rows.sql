{#- The default rows of a rule, for unit tests that ask what they decide: a team's own
    rows break none of those. -#}
{% macro shipped_rows(rule) -%}
    select * from {{ generate_schema_name('reference', none) }}.{{ rule }}_defaults
{%- endmacro %}
