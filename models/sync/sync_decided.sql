{#- Kept for good, a build's rows added to the last ones': what `sync_stops` watches
    while messages go out, though a newer build may have replaced the tables, and the
    only record of what a run that was lost had been about to send. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail',
) }}

{%- set tables = send_tables() -%}
{%- set missing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}

with

{% for table in tables -%}
{{ table }} as (

    select * from {{ ref('sync_' ~ table) }}

),

{% endfor -%}

people as (

    select * from {{ ref('int_people') }}

),

unioned as (

    {% for table in tables -%}
    select
        delivery_key,
        build_id,
        campaign_id,
        occurrence,
        customer_id,
        sender_id,
        channel,
        purpose,
        message_type,
        {{ "'holdout'" if table == 'holdout' else 'destination' }} as destination,
        {%- if table in var('message_tables') %}
        template_name,
        case when template_name is not null then language_code end as language_code,
        {%- else %}
        {{ missing }} as template_name,
        {{ missing }} as language_code,
        {%- endif %}
        {%- if table in var('state_tables') %}
        states,
        is_withdrawal,
        {%- else %}
        {{ missing }} as states,
        false as is_withdrawal,
        {%- endif %}
        decided_at,
        send_not_after

    from {{ table }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
),

final as (

    select

        ---------- ids
        unioned.delivery_key,
        unioned.build_id,
        unioned.campaign_id,
        unioned.occurrence,
        unioned.customer_id,
        unioned.sender_id,
        people.person_key,

        ---------- strings
        unioned.channel,
        unioned.purpose,
        unioned.message_type,
        unioned.destination,
        unioned.template_name,
        unioned.language_code,
        unioned.states,

        ---------- booleans
        unioned.is_withdrawal,

        ---------- timestamps
        unioned.decided_at,
        unioned.send_not_after

    from unioned

    left join people
        on unioned.customer_id = people.customer_id

    {% if is_incremental() -%}
    -- A table that was not made anew is here already.
    where not exists (

        select 1

        from {{ this }} as kept

        where
            unioned.build_id = kept.build_id
            and unioned.delivery_key = kept.delivery_key

    )
    {%- endif %}

)

select * from final
