{{ message_table('line_multicast') }}
