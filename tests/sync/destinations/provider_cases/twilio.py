from dataclasses import replace

from driving import MESSAGE, Case

from sync.destinations.twilio import TwilioDestination

CASES = [
    Case(
        kind=TwilioDestination,
        row=replace(
            MESSAGE,
            destination="twilio",
            message_type="free_text",
            provider_account="+15550002222",
        ),
        env={
            "OTT_TWILIO_ACCOUNT_SID": "AC" + "0a" * 16,
            "OTT_TWILIO_AUTH_TOKEN": "sandbox-token",
        },
        base_url="OTT_TWILIO_BASE_URL",
        path="/twilio",
    )
]
