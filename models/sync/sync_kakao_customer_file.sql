with

states as (

    {{ state_table(
        'kakao_customer_file', var('kakao_requests_per_second')
    ) | indent(4) }}

),

-- Kakao's own number of the person, where the app's login told it.
users as (

    select
        customer_id,
        min(address) as kakao_user_id

    from {{ ref('int_contact_points') }}

    where
        channel = 'kakao'
        and {{ regexp_like('address', '^[0-9]+$') }}

    group by customer_id

),

final as (

    select
        states.*,
        coalesce(users.kakao_user_id, '') as kakao_user_id

    from states

    left join users
        on states.customer_id = users.customer_id

)

select * from final
