with

decided as (

    select * from {{ ref('int_candidates_ranked') }}

    where
        decided_reason_code = 'sendable'
        and destination = 'whatsapp'

),

final as (

    select

        ---------- every send table
        {{ send_columns('decided') }},

        ---------- whatsapp
        decided.provider_account as phone_number_id,
        cast(decided.messages_per_second as {{ dbt.type_bigint() }})
            as messages_per_second,
        decided.address,
        decided.address_type,
        decided.template_name,
        decided.template_language_code as language_code,
        decided.parameter_format,
        decided.header_format,
        nullif(decided.header_parameter, '') as header_parameter,
        decided.body_parameters,
        decided.button_parameters,
        {{ fill_placeholders(
            'decided.free_text', 'decided.body_parameters', 'decided.variables'
        ) }} as free_text,
        decided.content,
        decided.content_kind,
        decided.variables

    from decided

)

select * from final
