{{ with_overrides('holidays') }}
