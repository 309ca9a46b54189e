{{ message_table('infobip') }}
