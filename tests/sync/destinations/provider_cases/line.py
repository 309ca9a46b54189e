from dataclasses import replace

from driving import MESSAGE, Case

from sync.destinations.line import LineDestination, LineMulticastDestination

CASES = [
    Case(
        kind=kind,
        row=replace(
            MESSAGE,
            channel="line",
            destination=kind.name,
            address="U" + "0a" * 16,
            address_type="line_user",
        ),
        env={
            "OTT_LINE_CHANNEL_ID": "1234567890",
            "OTT_LINE_CHANNEL_SECRET": "sandbox-token",
        },
        base_url="OTT_LINE_BASE_URL",
        path="/line",
        expires="code:401#1",
    )
    for kind in (LineDestination, LineMulticastDestination)
]
