{{ state_table('sfmc_rows', var('sfmc_requests_per_second')) }}
