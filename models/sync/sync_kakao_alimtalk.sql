{{ message_table('kakao_alimtalk') }}
