{{ with_overrides('consent_rules') }}
