import json
from dataclasses import replace

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from driving import MESSAGE, Case

from sync.destinations.rcs import RcsDestination

ROW = replace(
    MESSAGE,
    channel="rcs",
    destination="rcs",
    provider_account="acme@rbm.goog",
    address="+14165550123",
    country_code="CA",
)


def key_file(**changed):
    """A service account's key as Google gives it, made here and good nowhere."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = {
        "type": "service_account",
        "private_key_id": "key-1",
        "private_key": pem.decode(),
        "client_email": "sender@acme.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(key | changed)


KEY = key_file()
CASES = [
    Case(
        kind=RcsDestination,
        row=ROW,
        env={"OTT_RCS_KEY": KEY, "OTT_RCS_TOKEN_URL": "{url}/rcs/token"},
        base_url="OTT_RCS_BASE_URL",
        path="/rcs",
        expires="code:401#1",
    )
]
