{#- One key for all spellings of a number: for comparing, never to be written to. -#}
{% macro address_key(address) -%}
    least({{ address }}, coalesce({{ other_form_of_address(address) }}, {{ address }}))
{%- endmacro %}
