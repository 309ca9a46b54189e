{{ with_overrides('cap_rules') }}
