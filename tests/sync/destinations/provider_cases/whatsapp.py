from driving import MESSAGE, Case

from sync.destinations.whatsapp import WhatsAppDestination
from sync.messages import SendRow, WhatsAppRow

FIRST = {name: getattr(MESSAGE, name) for name in SendRow.__dataclass_fields__}
ROW = WhatsAppRow(
    **{**FIRST, "destination": "whatsapp", "message_type": "template"},
    phone_number_id="1065550001",
    messages_per_second=80,
    address="+6591234567",
    address_type="phone",
    template_name="spring_sale",
    language_code="en",
    parameter_format="POSITIONAL",
    header_format="NONE",
    header_parameter=None,
    body_parameters="first_name",
    button_parameters="",
    free_text=None,
    content=None,
    content_kind=None,
    variables='{"first_name": "Ana"}',
)

CASES = [
    Case(
        kind=WhatsAppDestination,
        row=ROW,
        env={"OTT_WHATSAPP_TOKEN": "sandbox-token"},
        base_url="OTT_WHATSAPP_BASE_URL",
    )
]
