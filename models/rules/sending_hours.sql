{{ with_overrides('sending_hours') }}
