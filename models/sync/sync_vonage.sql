{{ message_table('vonage') }}
