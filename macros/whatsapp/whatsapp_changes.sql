{#- Webhook calls of Meta taken apart, one row per change: a whole select, of the calls for
    which the condition on `received_at` is true, or of all. What is not asked for is not
    read as JSON. -#}
{% macro whatsapp_changes(condition='') -%}
with

source as (

    {{ webhook_calls(source('whatsapp', 'raw_whatsapp_webhooks')) }}

),

webhooks as (

    select
        payload,
        {{ dbt.hash("coalesce(payload, '')") }} as payload_hash,
        {{ try_timestamp('received_at') }} as received_at

    from source

),

wanted as (

    select * from webhooks
    {%- if condition %}

    where {{ condition }}
    {%- endif %}

),

entries as (

    {{ json_unnested(
        columns=['wanted.payload_hash', 'wanted.received_at'],
        relation='wanted',
        expression=json_value('wanted.payload', ['entry']),
        alias='entry',
        condition='wanted.payload is not null',
    ) }}

),

changes as (

    {{ json_unnested(
        columns=['entries.payload_hash', 'entries.entry', 'entries.received_at'],
        relation='entries',
        expression=json_value('entries.entry', ['changes']),
        alias='change',
        condition='entries.entry is not null',
    ) }}

),

final as (

    select

        ---------- ids
        {{ dbt.hash(
            "payload_hash || '|' || change || '|' || coalesce(cast(received_at as "
            ~ dbt.type_string() ~ "), '')"
        ) }} as change_id,
        payload_hash,
        {{ json_text('entry', ['id']) }} as waba_id,

        ---------- strings
        {{ json_text('change', ['field']) }} as field,
        {{ json_value('change', ['value']) }} as value,

        ---------- timestamps
        {{ from_epoch(json_text('entry', ['time'])) }} as entry_at,
        received_at

    from changes

)

select * from final
{%- endmacro %}
