{{ with_overrides('reply_window_rules') }}
