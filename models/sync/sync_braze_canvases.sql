{{ trigger_table(
    'braze_canvases', var('braze_trigger_requests_per_second')
) }}
