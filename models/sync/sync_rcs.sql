{{ message_table('rcs') }}
