{#- What a build asks: of the withdrawals it found already. Read by one model. -#}
{{ config(materialized=view_or_table()) }}

{{ withdrawals_reached(
    ref('int_consent_withdrawals_known'), ref('int_whatsapp_aliases')
) }}
