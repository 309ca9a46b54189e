{#- What each provider said of a template, half characters mended: a whole select. -#}
{% macro template_payloads() -%}
select
    provider,
    account_id,
    fetched_at,
    {{ whole_characters('payload') | indent }} as payload

from {{ source('templates', 'raw_templates') }}
{%- endmacro %}
