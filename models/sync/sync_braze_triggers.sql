{{ trigger_table(
    'braze_triggers', var('braze_trigger_requests_per_second')
) }}
