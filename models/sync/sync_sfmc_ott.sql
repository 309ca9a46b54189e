{{ message_table('sfmc_ott') }}
