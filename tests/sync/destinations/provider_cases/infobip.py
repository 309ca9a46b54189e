from dataclasses import replace

from driving import MESSAGE, Case

from sync.destinations.infobip import InfobipDestination

CASES = [
    Case(
        kind=InfobipDestination,
        row=replace(
            MESSAGE,
            destination="infobip",
            message_type="template",
            provider_account="15550001111",
            template_name="winback_offer",
            parameter_format="POSITIONAL",
            free_text=None,
        ),
        env={"OTT_INFOBIP_API_KEY": "sandbox-token"},
        base_url="OTT_INFOBIP_BASE_URL",
        path="/infobip",
    )
]
