"""The sources of webhooks: their table, their proof, and what is set for them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.destinations.http import basic
from sync.errors import ConfigError
from sync.webhook.call import Call, RefusedError, Taken, malformed
from sync.webhook.rcs import Rcs
from sync.webhook.schemes import (
    Answering,
    BodyMac,
    Every,
    MetaHandshake,
    PathSecret,
    SharedSecret,
)
from sync.webhook.settings import ClosedError, Secrets
from sync.webhook.twilio import Twilio
from sync.webhook.vonage import Vonage
from sync.webhook.wechat import WeChat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.webhook.schemes import Check

    Build = Callable[[Secrets], "Opening"]

PROVIDERS = "raw_provider_webhooks"
# WeChat calls again within seconds; Vonage may repeat a call for a day, and whether it
# then signs anew is not said. A repeat is harmless, a stop that is lost is not.
WECHAT_SECONDS = 300.0
VONAGE_SECONDS = 90_000.0
AES_KEY_BYTES = 32
SIGNED = "signed"
BY_SHARED = "by a shared secret only: let the proxy admit the provider's addresses"
BY_QUERY = "signed but for the body: use WeChat's encrypted mode"


@dataclass(frozen=True, slots=True)
class Opening:
    """How one source is judged: `take` a POST, `greet` a GET if there is any."""

    take: Check
    greet: Check | None = None
    proof: str = SIGNED


@dataclass(frozen=True, slots=True)
class Source:
    """One path, `/` and the name, and the raw table behind it."""

    name: str
    table: str
    provider: str | None
    opening: Opening
    sender_id: str | None = None

    def check(self, call: Call) -> Taken:
        """
        Judge a call.

        Raises:
            RefusedError: It is not genuine, or nothing that is taken here.
        """
        if call.method == "POST":
            return self.opening.take(call)
        if call.method == "GET" and self.opening.greet:
            return self.opening.greet(call)
        raise RefusedError("wrong method", 405)


def _whatsapp(secrets: Secrets) -> Opening:
    keys = _bytes(secrets.several("OTT_WHATSAPP_APP_SECRET"))
    tokens = secrets.optional("OTT_WHATSAPP_VERIFY_TOKEN")
    take = BodyMac(keys, "X-Hub-Signature-256", prefix="sha256=", is_hex=True)
    return Opening(take, MetaHandshake(tokens) if tokens else None)


def _line(secrets: Secrets) -> Opening:
    keys = _bytes(secrets.several("OTT_LINE_CHANNEL_SECRET"))
    return Opening(BodyMac(keys, "X-Line-Signature"))


def _kakao(secrets: Secrets) -> Opening:
    keys = secrets.several("OTT_KAKAO_ADMIN_KEY")
    take = SharedSecret(tuple(f"KakaoAK {key}" for key in keys), "Authorization")
    return Opening(take, proof=BY_SHARED)


def _kakao_bot(secrets: Secrets) -> Opening:
    take = PathSecret(secrets.several("OTT_KAKAO_BOT_WEBHOOK_TOKEN"))
    # What a bot that says nothing answers; unconfirmed.
    answer = Answering(take, '{"version":"2.0","data":{}}', "application/json")
    return Opening(answer, proof=BY_SHARED)


def _nhn(secrets: Secrets) -> Opening:
    values = secrets.several("OTT_KAKAO_WEBHOOK_SECRET")
    take = SharedSecret(values, "X-Toast-Webhook-Signature")
    return Opening(take, proof=BY_SHARED)


def _wechat(secrets: Secrets) -> Opening:
    tokens, aes_key, app_id = secrets.several("OTT_WECHAT_TOKEN"), None, ""
    if given := secrets.optional("OTT_WECHAT_AES_KEY"):
        aes_key = _unsealed(given[0])
        app_id = secrets.several("OTT_WECHAT_APP_ID")[0]
    account = WeChat(tokens, aes_key, app_id, secrets.seconds(WECHAT_SECONDS))
    return Opening(account.take, account.greet, SIGNED if aes_key else BY_QUERY)


def _rcs(secrets: Secrets) -> Opening:
    return Opening(Rcs(secrets.several("OTT_RCS_CLIENT_TOKEN")))


def _twilio(secrets: Secrets) -> Opening:
    shared = secrets.optional("OTT_TWILIO_WEBHOOK_KEY")
    tokens = secrets.optional("OTT_TWILIO_AUTH_TOKEN")
    if not (tokens or shared):
        raise ClosedError("OTT_TWILIO_AUTH_TOKEN is not set")
    return Opening(Twilio(tokens, shared, secrets.url()))


def _vonage(secrets: Secrets) -> Opening:
    keys = secrets.several("OTT_VONAGE_SIGNATURE_SECRET")
    return Opening(Vonage(keys, secrets.seconds(VONAGE_SECONDS)))


def _infobip(secrets: Secrets) -> Opening:
    """Ask for each proof that is set: HTTP Basic, a MAC in a header you name."""
    checks: list[Check] = []
    logins = [
        one.split(":", 1) for one in secrets.optional("OTT_INFOBIP_WEBHOOK_LOGIN")
    ]
    if any(len(pair) == 1 for pair in logins):
        raise ConfigError("OTT_INFOBIP_WEBHOOK_LOGIN is no user:password. Correct it.")
    if logins:
        headers = tuple(basic(*pair) for pair in logins)
        checks.append(SharedSecret(headers, "Authorization"))
    if keys := secrets.optional("OTT_INFOBIP_WEBHOOK_HMAC_KEY"):
        name = secrets.several("OTT_INFOBIP_WEBHOOK_HMAC_HEADER")[0]
        checks.append(BodyMac(_bytes(keys), name, is_hex=True))
    if not checks:
        raise ClosedError("OTT_INFOBIP_WEBHOOK_LOGIN is not set")
    return Opening(Every(tuple(checks)), proof=SIGNED if keys else BY_SHARED)


def _braze(secrets: Secrets) -> Opening:
    tokens = secrets.several("OTT_BRAZE_WEBHOOK_TOKEN")
    take = SharedSecret(tuple(f"Bearer {one}" for one in tokens), "Authorization")
    return Opening(take, proof=BY_SHARED)


def _sfmc(secrets: Secrets) -> Opening:
    """
    Ask for the signature, or while a callback is set up for the secret path.

    Marketing Cloud tells the key in the answer to the call that sets it up, and posts a
    verification key here meanwhile (createCallback, verifyCallback).
    """
    keys = secrets.optional("OTT_SFMC_SIGNATURE_KEY")
    setup = secrets.optional("OTT_SFMC_SETUP_TOKEN")
    if not (keys or setup):
        raise ClosedError("OTT_SFMC_SIGNATURE_KEY is not set")
    # A key is itself base64; no page says which of the two signs.
    ways = (*_bytes(keys), *(_encoded(key) for key in keys))
    signed, by_path = BodyMac(ways, "x-sfmc-ens-signature"), PathSecret(setup)

    def take(call: Call) -> Taken:
        if setup and not call.header(signed.name):
            return _only_setup(by_path(call))
        return signed(call)

    return Opening(take)


def _only_setup(taken: Taken) -> Taken:
    # What tells a key is short; events come signed.
    if b'"verificationKey"' not in (taken.payload or b"")[:1000]:
        raise malformed()
    return taken


def _bytes(texts: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)


def _encoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error:
        return key.encode()


def _unsealed(text: str) -> bytes:
    try:
        key = base64.b64decode(text + "=", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != AES_KEY_BYTES:
        raise ConfigError("OTT_WECHAT_AES_KEY has not 43 letters. Copy it again.")
    return key


KINDS: tuple[tuple[str, str, str | None, Build], ...] = (
    ("whatsapp", "raw_whatsapp_webhooks", None, _whatsapp),
    ("line", "raw_line_webhooks", None, _line),
    ("kakao", "raw_kakao_webhooks", None, _kakao),
    ("kakao-bot", "raw_kakao_webhooks", None, _kakao_bot),
    ("nhn", "raw_kakao_webhooks", None, _nhn),
    ("wechat", "raw_wechat_webhooks", None, _wechat),
    ("rcs", "raw_rcs_webhooks", None, _rcs),
    ("twilio", PROVIDERS, "twilio", _twilio),
    ("vonage", PROVIDERS, "vonage", _vonage),
    ("infobip", PROVIDERS, "infobip", _infobip),
    ("braze", PROVIDERS, "braze", _braze),
    ("sfmc", PROVIDERS, "sfmc", _sfmc),
)


def sources(env: Mapping[str, str]) -> tuple[dict[str, Source], dict[str, str]]:
    """
    Open every source that has its secrets.

    Returns:
        The open ones by name, and of each other one what is not set.

    Raises:
        ConfigError: A setting is there and wrong.
    """
    opened: dict[str, Source] = {}
    closed: dict[str, str] = {}
    for name, table, provider, build in KINDS:
        try:
            opening = build(Secrets(env))
        except ClosedError as missing:
            closed[name] = str(missing)
            continue
        setting = f"OTT_{name.upper().replace('-', '_')}_WEBHOOK_SENDER"
        sender = env.get(setting, "").strip() or None
        opened[name] = Source(name, table, provider, opening, sender)
    return opened, closed
