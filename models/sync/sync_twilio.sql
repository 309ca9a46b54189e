{{ message_table('twilio') }}
