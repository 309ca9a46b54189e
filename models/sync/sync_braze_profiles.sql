{{ state_table('braze_profiles', var('braze_requests_per_second')) }}
