{{ message_table('kakao_event') }}
