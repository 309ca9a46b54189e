{#- A view without `as_of`: `sync_stops` asks it live. -#}
{{ config(materialized=view_or_table()) }}

{{ withdrawals_reached(
    ref('int_consent_withdrawals'), ref('int_whatsapp_aliases_today')
) }}
