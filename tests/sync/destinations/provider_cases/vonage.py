from dataclasses import replace

from driving import MESSAGE, Case

from sync.destinations.vonage import VonageDestination

CASES = [
    Case(
        kind=VonageDestination,
        row=replace(
            MESSAGE,
            destination="vonage",
            message_type="free_text",
            provider_account="15550002222",
        ),
        env={
            "OTT_VONAGE_API_KEY": "abcd1234",
            "OTT_VONAGE_API_SECRET": "sandbox-token",
        },
        base_url="OTT_VONAGE_BASE_URL",
        path="/vonage",
    )
]
