{{ message_table('kakao_brand') }}
