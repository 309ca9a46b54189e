-- A template row names its template and language; any other has a text, filled, or a
-- file.

with

synced as (

    {% for table in var('message_tables') -%}
    select
        campaign_id,
        destination,
        message_type,
        template_name,
        language_code,
        free_text,
        content

    from {{ ref('sync_' ~ table) }}
    {{ 'union all' if not loop.last }}

    {% endfor %}
)

select distinct
    campaign_id,
    destination,
    message_type,
    'Campaign ' || campaign_id || ' has a row for ' || destination || ' that lacks its '
    || case
        when message_type = 'template' then 'template or its language'
        when free_text is null then 'text or file'
        else 'value of a {name}. List each {name} of free_text in body_parameters'
    end || '.' as problem

from synced

where
    case
        when message_type = 'template'
            then template_name is not null and language_code is not null
        when free_text is null then content is not null
        else free_text not like '%' || '{' || '%'
    end is not true
