{{ message_table('wechat') }}
