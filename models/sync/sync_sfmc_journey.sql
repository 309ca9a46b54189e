{{ trigger_table('sfmc_journey', var('sfmc_requests_per_second')) }}
