{#- How many hours back a row of `cap_rules` may look: a local day began somewhere a day
    earlier. -#}
{% macro cap_hours() -%}
case
    when window_kind = 'local_day' then 24 * window_length + 24
    else window_length
end
{%- endmacro %}
