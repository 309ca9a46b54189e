{#- Rows of `raw_consent_events` where only a boolean and its date are kept. The first
    arguments are SQL over `relation`; the others are what a team says of all its yeses.
    It claims no more than it is told: a yes without its `basis`, `actor`, `method` and
    `text_version` is counted and messages nobody. Other projects call it, so it names
    our macros in full. -#}
{% macro consent_from_flag(
    relation, customer_id, flag, given_at, received_at, channel, purpose, sender_id,
    basis=none, actor=none, method=none, text_version=none, withdrawn_at='null'
) -%}
    {%- set said = {
        'basis': basis, 'actor': actor, 'method': method, 'text_version': text_version,
    } -%}
    {%- for action in ['grant', 'withdraw'] %}
    {%- set is_grant = action == 'grant' %}
    select
        {{ ott.flag_text('null') }} as consent_event_id,
        {{ ott.flag_text(customer_id) }} as customer_id,
        {{ ott.flag_text('null') }} as contact_point_id,
        {{ ott.flag_value(channel) }} as channel,
        {{ ott.flag_value(purpose) }} as purpose,
        {{ ott.flag_value(sender_id) }} as sender_id,
        {{ ott.flag_value(action) }} as action,
        {%- for column, value in said.items() %}
        {{ ott.flag_value(value if is_grant) }} as {{ column }},
        {%- endfor %}
        {#- A day's stop holds to its end: whatever else was said that day was before. #}
        {{ ott.flag_text(given_at) if is_grant else ott.flag_day_end(withdrawn_at) }}
            as occurred_at,
        {{ ott.flag_text('null') }} as occurred_precision,
        {{ ott.flag_text(received_at if is_grant else withdrawn_at) }} as received_at

    from {{ relation }}

    where
        {{ customer_id }} is not null
        {% if is_grant -%}
        and {{ ott.try_boolean(flag) }} is true
        {%- else -%}
        -- A no after a yes is a stop; one never asked is none.
        and (
            {{ withdrawn_at }} is not null
            or ({{ ott.try_boolean(flag) }} is false and {{ given_at }} is not null)
        )
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro flag_text(expression) -%}
    cast({{ expression }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro flag_value(value) -%}
    {{ ott.flag_text(
        dbt.string_literal(dbt.escape_single_quotes(value)) if value else 'null'
    ) }}
{%- endmacro %}

{% macro flag_day_end(expression) -%}
    {{ ott.flag_text(expression) }} || case
        when length({{ ott.trimmed(ott.flag_text(expression)) }}) = 10 then ' 23:59:59' else ''
    end
{%- endmacro %}
