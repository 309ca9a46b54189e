from driving import MESSAGE, Case

from sync.destinations.braze import (
    BrazeCanvasesDestination,
    BrazeProfilesDestination,
    BrazeTriggersDestination,
)
from sync.messages import BrazeProfileRow, BrazeTriggerRow, SendRow

FIRST = {name: getattr(MESSAGE, name) for name in SendRow.__dataclass_fields__}
PROFILE = BrazeProfileRow(
    **{**FIRST, "channel": "*", "purpose": "state"},
    is_withdrawal=False,
    requests_per_second=500,
    states='{"ott_winback": "true"}',
)


def entry(destination):
    return BrazeTriggerRow(
        **{**FIRST, "destination": destination},
        provider_campaign_id="4b7d0c1e",
        requests_per_second=60,
        parameters="first_name",
        variables='{"first_name": "Ana"}',
    )


CASES = [
    Case(
        kind=kind,
        row=row,
        env={"OTT_BRAZE_API_KEY": "sandbox-braze-key"},
        base_url="OTT_BRAZE_BASE_URL",
    )
    for kind, row in (
        (BrazeProfilesDestination, PROFILE),
        (BrazeTriggersDestination, entry("braze_triggers")),
        (BrazeCanvasesDestination, entry("braze_canvases")),
    )
]
