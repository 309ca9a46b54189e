{{ state_table(
    'kakao_customer_file', var('kakao_requests_per_second')
) }}
