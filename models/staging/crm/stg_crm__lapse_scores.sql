with

source as (

    select * from {{ source('crm', 'raw_lapse_scores') }}

),

renamed as (

    select

        ---------- ids
        nullif({{ trimmed('customer_id') }}, '') as customer_id,

        ---------- strings
        nullif({{ trimmed('model_version') }}, '') as model_version,

        ---------- numbers
        case
            when {{ try_decimal('lapse_risk_score') }} between 0 and 1
                then {{ try_decimal('lapse_risk_score') }}
        end as lapse_risk_score,

        ---------- timestamps
        {{ try_timestamp('scored_at') }} as scored_at,
        {{ try_timestamp('received_at') }} as received_at

    from source

)

select * from renamed
