{%- set header_formats = [
    'TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION', 'GIF', 'PRODUCT',
] -%}

with

templates as (

    select * from {{ ref('int_templates') }}

),

final as (

    select

        ---------- ids
        account_id,
        template_id,

        ---------- strings
        provider,
        template_name,
        language_code,
        template_status,
        template_category,
        catalogue_category,
        coalesce(parameter_format, 'POSITIONAL') as parameter_format,
        coalesce(header_format, 'NONE') as header_format,
        body_text,
        body_parameter_names,
        quality,
        coalesce(button_types, '') as button_types,
        otp_type,
        -- In the order a customer sees them.
        substring(
            case
                when coalesce(header_format, 'NONE') = 'NONE' then ''
                when
                    header_format in (
                        {%- for format in header_formats %}
                        '{{ format }}'{{ ',' if not loop.last }}
                        {%- endfor %}
                    )
                    then ',' || lower(header_format) || '_header'
                else ',other_header'
            end
            || case when has_limited_time_offer then ',limited_time_offer' else '' end
            || case when has_body then ',text' else '' end
            || case when has_footer then ',footer' else '' end
            || case when coalesce(button_types, '') != '' then ',buttons' else '' end
            || case when has_carousel then ',carousel' else '' end,
            2
        ) as content_kinds,

        ---------- numbers
        cast(header_parameter_count as {{ dbt.type_bigint() }})
            as header_parameter_count,
        cast(body_parameter_count as {{ dbt.type_bigint() }}) as body_parameter_count,
        cast(button_parameter_count as {{ dbt.type_bigint() }})
            as button_parameter_count,

        ---------- booleans
        template_status = 'APPROVED' as is_approved,
        coalesce(has_body, false) as has_body,
        coalesce(has_footer, false) as has_footer,
        coalesce(has_carousel, false) as has_carousel,
        coalesce(has_limited_time_offer, false) as has_limited_time_offer,

        ---------- timestamps
        fetched_at

    from templates

)

select * from final
