{{ with_overrides('stop_keywords') }}
