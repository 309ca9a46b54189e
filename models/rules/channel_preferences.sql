{{ with_overrides('channel_preferences') }}
