{#- The rows of a channel's staging model; where the channel is not in the var `channels`
    that model is not built, and there are none of these columns. -#}
{% macro staged(channel, model, columns) -%}
    {%- if has_channel(channel) -%}
    select * from {{ ref(model) }}
    {%- else -%}
    select * from (
    {{ no_rows(columns) }}
    ) as nothing_staged
    {%- endif -%}
{%- endmacro %}
