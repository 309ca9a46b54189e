from dataclasses import replace

from driving import MESSAGE, Case

from sync.destinations.sfmc_journey import SfmcJourneyDestination
from sync.destinations.sfmc_ott import SfmcOttDestination
from sync.destinations.sfmc_rows import SfmcRowsDestination
from sync.messages import BrazeTriggerRow, SendRow, StateRow

ENV = {
    "OTT_SFMC_CLIENT_ID": "client",
    "OTT_SFMC_CLIENT_SECRET": "sandbox-token",
    "OTT_SFMC_ACCOUNT_ID": "510000001",
    "OTT_SFMC_AUTH_URL": "{url}/sfmc",
    "OTT_SFMC_DATA_EXTENSION_KEY": "ott_flags",
}
FIRST = {name: getattr(MESSAGE, name) for name in SendRow.__dataclass_fields__}
ROW = StateRow(
    **{**FIRST, "destination": "sfmc_rows", "channel": "*", "purpose": "state"},
    is_withdrawal=False,
    requests_per_second=5,
    states='{"ott_winback": "true", "ott_winback_until": "2026-11-25T10:00:00Z"}',
)
ENTRY = BrazeTriggerRow(
    **{**FIRST, "destination": "sfmc_journey"},
    provider_campaign_id="APIEvent-1234",
    requests_per_second=5,
    parameters="first_name",
    variables='{"first_name": "Ana"}',
)


def case(kind, row):
    return Case(
        kind=kind,
        row=row,
        env=ENV,
        base_url="OTT_SFMC_BASE_URL",
        path="/sfmc",
        expires="code:401#1",
    )


CASES = [
    case(SfmcRowsDestination, ROW),
    case(SfmcJourneyDestination, ENTRY),
    case(
        SfmcOttDestination,
        replace(
            MESSAGE,
            destination="sfmc_ott",
            template_name="winback_def",
            body_parameters="first_name",
        ),
    ),
]
