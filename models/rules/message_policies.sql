{{ with_overrides('message_policies') }}
