"""
Twilio's proof (providers.md 3.4; compared with the official SDK's validator).

The signature covers the URL that Twilio called. That URL is configured: what a request
says about its own host and scheme is the caller's word.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from sync.webhook.call import Call, Taken, malformed, proven
from sync.webhook.schemes import fields

SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
# Twilio sends some forty; a message with media has ten times two more.
MOST_FIELDS = 500
PORT = re.compile(r":[0-9]+\Z")
# Text messages and status callbacks alike: there is nothing to say back.
NO_REPLY = "<Response/>"


def signature(
    key: str, url: str, parameters: dict[str, set[str]], algorithm: str = "sha1"
) -> str:
    """Sign `url` and the parameters, by name and then by value."""
    pairs = (
        name + value
        for name in sorted(parameters)
        for value in sorted(parameters[name])
    )
    text = (url + "".join(pairs)).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(key.encode(), text, algorithm)).decode()


@dataclass(frozen=True, slots=True)
class Twilio:
    """
    One account: its auth tokens, and the secrets of its shared keys.

    `url` is where Twilio finds us, without the path of the source.
    """

    tokens: tuple[str, ...] = field(repr=False)
    shared_keys: tuple[str, ...] = field(repr=False)
    url: str

    def __call__(self, call: Call) -> Taken:
        """Take a signed form, or signed JSON."""
        is_shared = "HMAC_SHA256" in call.header(SETTINGS).upper()
        keys = self.shared_keys if is_shared else self.tokens
        algorithm = "sha256" if is_shared else "sha1"
        parameters = _parameters(call)
        # Twilio signs the URL as it was typed in, but for the port: its SDK tries both.
        expected = (
            signature(key, url, parameters, algorithm)
            for key in keys
            for url in _spellings(self.url + call.target)
        )
        proven(call.header("X-Twilio-Signature"), expected)
        return Taken(call.body, NO_REPLY, "text/xml")


def _parameters(call: Call) -> dict[str, set[str]]:
    """
    Read what is signed beside the URL.

    Of JSON it is nothing: its hash is in the URL.

    Raises:
        RefusedError: The hash is another's, or it is no form.
    """
    if "bodySHA256" in call.query:
        said = fields(call.query).get("bodySHA256", "")
        proven(said, [hashlib.sha256(call.body).hexdigest()])
        return {}
    found: dict[str, set[str]] = {}
    try:
        pairs = parse_qsl(
            call.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise malformed() from None
    for name, value in pairs:
        found.setdefault(name, set()).add(value)
    return found


def _spellings(url: str) -> list[str]:
    """Write the URL with a port and without, its host as given and in small letters."""
    scheme, _, behind = url.partition("://")
    given, slash, path = behind.partition("/")
    bare = PORT.sub("", given)
    usual = 443 if scheme.lower() == "https" else 80
    ported = given if given != bare else f"{bare}:{usual}"
    places = [f"{scheme}://{host}" for host in (bare, ported)]
    places += [place.lower() for place in places]
    return [f"{place}{slash}{path}" for place in dict.fromkeys(places)]
