{#- Whom withdrawals reach where they are judged, and whether a later yes lifted them: a
    whole select. -#}
{% macro withdrawals_reached(withdrawals, aliases) -%}
with

combinations as (

    select * from {{ ref('int_consent_combinations') }}

),

grants as (

    select * from {{ ref('int_consent_grants') }}

),

withdrawals as (

    select * from {{ withdrawals }}

),

customer_merges as (

    select
        customer_id,
        canonical_customer_id,
        last_merged_at,
        max(last_merged_at) over (partition by canonical_customer_id)
            as person_merged_at

    from {{ ref('int_customer_merges') }}

),

address_holders as (

    select * from {{ ref('int_address_holders') }}

),

aliases as (

    select * from {{ aliases }}

),

{{ withdrawal_reach() }}

scoped_withdrawals as (

    select distinct
        reached.customer_id,
        combinations.channel as judged_channel,
        combinations.sender_id as judged_sender_id,
        combinations.purpose as judged_purpose,
        withdrawals.*

    from reached

    inner join withdrawals
        on reached.withdrawal_id = withdrawals.withdrawal_id

    inner join combinations
        on
            (
                withdrawals.channel = '*'
                or withdrawals.channel = combinations.channel
            )
            and (
                withdrawals.purpose = '*'
                or withdrawals.purpose = combinations.purpose
            )
            and coalesce(withdrawals.brand_id = combinations.brand_id, true)

),

-- A grant acts for the person who gave it, and for its sender only.
scoped_grants as (

    select
        combinations.channel as judged_channel,
        combinations.sender_id as judged_sender_id,
        combinations.purpose as judged_purpose,
        grants.*,
        customer_merges.last_merged_at,
        customer_merges.person_merged_at

    from grants

    inner join customer_merges
        on grants.given_by_customer_id = customer_merges.customer_id

    inner join combinations
        on
            (grants.channel = '*' or grants.channel = combinations.channel)
            and (grants.purpose = '*' or grants.purpose = combinations.purpose)
            and (
                grants.sender_id = '*'
                or grants.sender_id = combinations.sender_id
            )

),

final as (

    select
        scoped_withdrawals.customer_id,
        scoped_withdrawals.judged_channel,
        scoped_withdrawals.judged_sender_id,
        scoped_withdrawals.judged_purpose,
        scoped_withdrawals.withdrawal_id,
        scoped_withdrawals.received_at,
        max(scoped_withdrawals.effective_at) as withdrawn_at,
        max(
            case
                when
                    scoped_grants.consent_event_id is not null
                    and (
                        coalesce(
                            scoped_grants.given_by_customer_id
                            = scoped_withdrawals.given_by_customer_id,
                            false
                        )
                        or scoped_grants.effective_at > greatest(
                            coalesce(
                                -- Which of the person's ids an address belonged to
                                -- then nobody knows.
                                case
                                    when
                                        scoped_withdrawals.given_by_customer_id is null
                                        then scoped_grants.person_merged_at
                                    else scoped_grants.last_merged_at
                                end,
                                cast('1970-01-01' as {{ dbt.type_timestamp() }})
                            ),
                            coalesce(
                                withdrawer.last_merged_at,
                                cast('1970-01-01' as {{ dbt.type_timestamp() }})
                            )
                        )
                    )
                    then 1
                else 0
            end
        ) as is_lifted

    from scoped_withdrawals

    left join customer_merges as withdrawer
        on scoped_withdrawals.given_by_customer_id = withdrawer.customer_id

    left join scoped_grants
        on
            scoped_withdrawals.customer_id = scoped_grants.customer_id
            and scoped_withdrawals.judged_channel = scoped_grants.judged_channel
            and scoped_withdrawals.judged_sender_id = scoped_grants.judged_sender_id
            and scoped_withdrawals.judged_purpose = scoped_grants.judged_purpose
            and {{ grant_lifts_withdrawal('scoped_grants', 'scoped_withdrawals') }}

    group by
        scoped_withdrawals.customer_id,
        scoped_withdrawals.judged_channel,
        scoped_withdrawals.judged_sender_id,
        scoped_withdrawals.judged_purpose,
        scoped_withdrawals.withdrawal_id,
        scoped_withdrawals.received_at

)

select * from final
{%- endmacro %}
