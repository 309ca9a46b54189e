{{ message_table('line') }}
