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

        ---------- numbers
        cast(header_parameter_count as {{ dbt.type_bigint() }})
            as header_parameter_count,
        cast(body_parameter_count as {{ dbt.type_bigint() }}) as body_parameter_count,
        cast(button_parameter_count as {{ dbt.type_bigint() }})
            as button_parameter_count,

        ---------- booleans
        template_status = 'APPROVED' as is_approved,

        ---------- timestamps
        fetched_at

    from templates

)

select * from final
