"""A genuine call of each source, signed as the provider's SDK signs or checks it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import urlencode

import jwt
from receiving import SECRETS, URL
from twilio.request_validator import RequestValidator
from wechatpy.utils import WeChatSigner

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Escaped as Meta does, with letters of several scripts, so that no byte may change.
BODY = '{"said":"\\u00e9t\\u00e9 canary-body +6591234567 \\"数\\"", "n": 1.0}'.encode()


@dataclass(frozen=True)
class Request:
    """What a provider would send."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def with_header(self, name, value):
        kept = {k: v for k, v in self.headers.items() if k.lower() != name.lower()}
        return Request(self.path, self.body, kept | ({name: value} if value else {}))

    def raw(self, *more):
        """As bytes on one connection, which stays open unless told otherwise."""
        lines = [f"POST {self.path} HTTP/1.1", "Host: x", *more]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode() + self.body


def mac(secret, body, algorithm="sha256"):
    return hmac.new(secret.encode(), body, algorithm)


def encoded(digest):
    return b64encode(digest.digest()).decode()


def whatsapp(body=BODY, key=0):
    secret = SECRETS["OTT_WHATSAPP_APP_SECRET"].split()[key]
    proof = {"X-Hub-Signature-256": "sha256=" + mac(secret, body).hexdigest()}
    return Request("/whatsapp", body, JSON | proof)


def line(body=BODY):
    proof = encoded(mac(SECRETS["OTT_LINE_CHANNEL_SECRET"], body))
    return Request("/line", body, JSON | {"X-Line-Signature": proof})


def kakao(body=BODY):
    proof = f"KakaoAK {SECRETS['OTT_KAKAO_ADMIN_KEY']}"
    return Request("/kakao", body, JSON | {"Authorization": proof})


def kakao_bot(body=BODY):
    token = SECRETS["OTT_KAKAO_BOT_WEBHOOK_TOKEN"]
    return Request(f"/kakao-bot/{token}", body, JSON)


def nhn(body=BODY):
    proof = {"X-Toast-Webhook-Signature": SECRETS["OTT_KAKAO_WEBHOOK_SECRET"]}
    return Request("/nhn", body, JSON | proof)


def wechat_query(ago=0, **more):
    when = {"timestamp": str(int(time.time() - ago)), "nonce": "4711"}
    signer = WeChatSigner()
    signer.add_data(SECRETS["OTT_WECHAT_TOKEN"], when["timestamp"], when["nonce"])
    return urlencode({"signature": signer.signature} | when | more)


def wechat(body=BODY, ago=0):
    return Request(f"/wechat?{wechat_query(ago)}", body, {"Content-Type": "text/xml"})


def rcs(body=BODY):
    envelope = {"message": {"data": b64encode(body).decode()}}
    proof = encoded(mac(SECRETS["OTT_RCS_CLIENT_TOKEN"], body, "sha512"))
    return Request(
        "/rcs", json.dumps(envelope).encode(), JSON | {"X-Goog-Signature": proof}
    )


def twilio(fields=None, path="/twilio"):
    fields = fields or {"MessageSid": "SM1", "Body": "canary-body stop & go", "To": ""}
    validator = RequestValidator(SECRETS["OTT_TWILIO_AUTH_TOKEN"])
    proof = validator.compute_signature(URL + path, fields)
    headers = FORM | {"X-Twilio-Signature": proof}
    return Request(path, urlencode(fields).encode(), headers)


def twilio_json(body=BODY):
    path = f"/twilio?x=1&bodySHA256={hashlib.sha256(body).hexdigest()}"
    validator = RequestValidator(SECRETS["OTT_TWILIO_AUTH_TOKEN"])
    proof = validator.compute_signature(URL + path, {})
    return Request(path, body, JSON | {"X-Twilio-Signature": proof})


def twilio_shared(algorithm="HMAC_SHA256"):
    fields = {"MessageSid": "SM1"}
    validator = RequestValidator(SECRETS["OTT_TWILIO_WEBHOOK_KEY"])
    proof = validator.compute_signature(URL + "/twilio", fields, algorithm)
    settings = {"X-Twilio-Webhooks-Signature-Settings": f"key=k,algorithm={algorithm}"}
    headers = FORM | settings | {"X-Twilio-Signature": proof}
    return Request("/twilio", urlencode(fields).encode(), headers)


def vonage(body=BODY, ago=0, algorithm="HS256", **claims):
    secret = SECRETS["OTT_VONAGE_SIGNATURE_SECRET"]
    said = {
        "iat": int(time.time() - ago),
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "api_key": "k",
    } | claims
    said = {name: value for name, value in said.items() if value is not None}
    key = secret if algorithm != "none" else None
    token = jwt.encode(said, key, algorithm)
    return Request("/vonage", body, JSON | {"Authorization": f"Bearer {token}"})


def infobip(body=BODY):
    login = b64encode(SECRETS["OTT_INFOBIP_WEBHOOK_LOGIN"].encode()).decode()
    return Request("/infobip", body, JSON | {"Authorization": f"Basic {login}"})


def braze(body=BODY):
    proof = f"Bearer {SECRETS['OTT_BRAZE_WEBHOOK_TOKEN']}"
    return Request("/braze", body, JSON | {"Authorization": proof})


def sfmc(body=BODY):
    proof = encoded(mac(SECRETS["OTT_SFMC_SIGNATURE_KEY"], body))
    return Request("/sfmc", body, JSON | {"x-sfmc-ens-signature": proof})


def sfmc_by_bytes(body=BODY):
    proof = encoded(mac("canary-signature-key", body))
    return Request("/sfmc", body, JSON | {"x-sfmc-ens-signature": proof})


GENUINE = {
    "whatsapp": (whatsapp, "raw_whatsapp_webhooks", None),
    "line": (line, "raw_line_webhooks", None),
    "kakao": (kakao, "raw_kakao_webhooks", None),
    "kakao-bot": (kakao_bot, "raw_kakao_webhooks", None),
    "nhn": (nhn, "raw_kakao_webhooks", None),
    "wechat": (wechat, "raw_wechat_webhooks", None),
    "rcs": (rcs, "raw_rcs_webhooks", None),
    "twilio": (twilio, "raw_provider_webhooks", "twilio"),
    "twilio json": (twilio_json, "raw_provider_webhooks", "twilio"),
    "twilio shared key": (twilio_shared, "raw_provider_webhooks", "twilio"),
    "vonage": (vonage, "raw_provider_webhooks", "vonage"),
    "infobip": (infobip, "raw_provider_webhooks", "infobip"),
    "braze": (braze, "raw_provider_webhooks", "braze"),
    "sfmc": (sfmc, "raw_provider_webhooks", "sfmc"),
    "sfmc, key as bytes": (sfmc_by_bytes, "raw_provider_webhooks", "sfmc"),
}
