-- A template row names its template and language; any other has a text, filled, or a
-- file.

with

synced as (

    {% for table in var('message_tables') -%}
    select
        delivery_key,
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

select
    delivery_key,
    destination,
    message_type

from synced

where
    case
        when message_type = 'template'
            then template_name is not null and language_code is not null
        when free_text is null then content is not null
        else free_text not like '%' || '{' || '%'
    end is not true
