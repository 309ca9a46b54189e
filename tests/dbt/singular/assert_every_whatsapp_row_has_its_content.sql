-- A template row names its template and language, a free text is there and filled.

with

synced as (

    select * from {{ ref('sync_whatsapp') }}

)

select
    delivery_key,
    message_type

from synced

where
    case
        when message_type = 'template'
            then template_name is not null and language_code is not null
        else free_text is not null and free_text not like '%' || '{' || '%'
    end is not true
