"""Each source takes what its provider signed, as it came, and nothing else."""

from __future__ import annotations

import hashlib
import json
import time

import httpx
import pytest
import signing
from receiving import ENCRYPTED, SECRETS, URL, environment
from signing import BODY, GENUINE, Request
from wechatpy.crypto import WeChatCrypto

from sync.webhook.call import Call
from sync.webhook.twilio import Twilio

DAY = 86_400


def send(client, request):
    return client.post(request.path, content=request.body, headers=request.headers)


def kept(request):
    """What must land: RCS signs the event inside the envelope."""
    return BODY.decode() if request.path == "/rcs" else request.body.decode()


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_call_lands_unchanged(receiver, client, name):
    make, table, provider = GENUINE[name]
    before = len(receiver.lines(table))

    answer = send(client, make())

    [row] = receiver.lines(table)[before:]
    assert answer.status_code == 200
    assert row["payload"] == kept(make())
    assert row["sender_id"] is None
    assert row.get("provider") == provider
    assert row["received_at"].endswith("Z")


def other_body(request):
    return Request(request.path, request.body[:-1] + b" }", request.headers)


# What signs no body cannot tell another: `ott webhook` says so at its start.
SIGNS_NO_BODY = {"kakao", "kakao-bot", "nhn", "wechat", "infobip", "braze"}


@pytest.mark.parametrize("name", [n for n in GENUINE if n not in SIGNS_NO_BODY])
def test_a_changed_body_is_refused(receiver, client, name):
    make, table, _ = GENUINE[name]
    before = len(receiver.lines(table))
    request = make()
    if name == "rcs":
        body = request.body.replace(b'"data": "ey', b'"data": "eX')
        changed = Request("/rcs", body, request.headers)
    else:
        changed = other_body(request)

    assert changed.body != request.body
    assert send(client, changed).status_code == 403
    assert len(receiver.lines(table)) == before


PROOF = {
    "whatsapp": "X-Hub-Signature-256",
    "line": "X-Line-Signature",
    "kakao": "Authorization",
    "nhn": "X-Toast-Webhook-Signature",
    "rcs": "X-Goog-Signature",
    "twilio": "X-Twilio-Signature",
    "vonage": "Authorization",
    "infobip": "Authorization",
    "braze": "Authorization",
    "sfmc": "x-sfmc-ens-signature",
}


@pytest.mark.parametrize("name", PROOF)
@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        pytest.param(lambda _: "", 401, id="none"),
        pytest.param(lambda proof: proof[:-2], 403, id="cut short"),
        pytest.param(lambda proof: proof[:-2] + "AA", 403, id="other at the end"),
        pytest.param(lambda proof: proof + "\xe9", 403, id="not ASCII"),
    ],
)
def test_a_wrong_proof_is_refused(client, name, spoil, status):
    request = GENUINE[name][0]()
    header = PROOF[name]
    changed = request.with_header(header, spoil(request.headers[header]))
    headers = {k: v.encode("latin-1") for k, v in changed.headers.items()}

    answer = client.post(changed.path, content=changed.body, headers=headers)

    assert answer.status_code == status
    assert "canary" not in answer.text


@pytest.mark.parametrize("name", ["wechat", "kakao-bot"])
def test_a_wrong_proof_in_the_url_is_refused(client, name):
    request = GENUINE[name][0]()
    without = request.path.partition("?")[0].replace("canary-bot-token", "")
    wrong = request.path.replace("signature=", "signature=0").replace("token", "other")

    for path, status in ((without, 401), (wrong, 403)):
        answer = client.post(path, content=request.body, headers=request.headers)
        assert answer.status_code == status


def test_the_next_secret_counts_beside_the_old_one(client):
    assert send(client, signing.whatsapp(key=1)).status_code == 200


def test_one_providers_proof_is_no_proof_at_another(client):
    proof = signing.whatsapp().headers
    request = Request("/line", BODY, {**proof, "X-Line-Signature": "a"})

    assert send(client, request).status_code == 403


def test_the_sdks_agree_with_what_we_sign():
    import pywa.utils
    import vonage_jwt
    from linebot.v3.webhook import SignatureValidator

    hub = signing.whatsapp().headers["X-Hub-Signature-256"]
    line = signing.line().headers["X-Line-Signature"]
    token = signing.vonage().headers["Authorization"].removeprefix("Bearer ")
    app_secret = SECRETS["OTT_WHATSAPP_APP_SECRET"].split()[0]

    assert pywa.utils.webhook_updates_validator(app_secret, BODY, hub)
    validator = SignatureValidator(SECRETS["OTT_LINE_CHANNEL_SECRET"])
    assert validator.validate(BODY.decode(), line)
    secret = SECRETS["OTT_VONAGE_SIGNATURE_SECRET"]
    assert vonage_jwt.verify_signature(token, secret)


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        pytest.param("canary-verify-token&hub.challenge=1158", 200, "1158", id="ours"),
        pytest.param("canary-other&hub.challenge=1158", 403, "forged\n", id="other"),
        pytest.param("&hub.challenge=1158", 401, "unsigned\n", id="none"),
        pytest.param(
            "canary-verify-token&hub.challenge=%3Cb%3E",
            400,
            "malformed\n",
            id="html",
        ),
    ],
)
def test_meta_gets_its_challenge_back(client, query, status, text):
    answer = client.get(f"/whatsapp?hub.mode=subscribe&hub.verify_token={query}")

    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["content-type"].startswith("text/plain")


def test_wechat_gets_its_echo_back_and_success(client):
    answer = client.get(f"/wechat?{signing.wechat_query(echostr='5437')}")

    assert (answer.status_code, answer.text) == (200, "5437")
    assert client.get("/wechat?echostr=5437").status_code == 401
    assert send(client, signing.wechat()).text == "success"


def test_google_gets_its_secret_back(receiver, client):
    before = len(receiver.lines("raw_rcs_webhooks"))
    ours = {"clientToken": SECRETS["OTT_RCS_CLIENT_TOKEN"], "secret": "1234567890"}
    others = ours | {"clientToken": "other"}

    assert client.post("/rcs", json=ours).text == "1234567890"
    assert client.post("/rcs", json=others).status_code == 403
    assert len(receiver.lines("raw_rcs_webhooks")) == before


def test_marketing_cloud_may_set_its_callback_up(receiver, client):
    told = {"callbackId": "1", "verificationKey": "single-use"}
    path = f"/sfmc/{SECRETS['OTT_SFMC_SETUP_TOKEN']}"

    assert client.post("/sfmc", json=told).status_code == 401
    assert client.post("/sfmc/other", json=told).status_code == 403
    assert client.post(path, json=[{"eventCategoryType": "x"}]).status_code == 400
    assert client.post(path, json=told).status_code == 200
    last = receiver.lines("raw_provider_webhooks")[-1]
    assert json.loads(last["payload"]) == told


def test_twilio_reads_that_there_is_no_reply(client):
    answer = send(client, signing.twilio())

    assert answer.text == "<Response/>"
    assert answer.headers["content-type"].startswith("text/xml")


def test_twilio_signs_the_url_we_are_told_not_the_one_a_caller_names(client):
    request = signing.twilio()
    lie = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    lie |= {"X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}
    validator = signing.RequestValidator(SECRETS["OTT_TWILIO_AUTH_TOKEN"])
    fields = {"MessageSid": "SM1"}
    forged = validator.compute_signature("https://evil.example/twilio", fields)

    honest = Request(request.path, request.body, request.headers | lie)
    bent = Request("/twilio", b"MessageSid=SM1", lie | {"X-Twilio-Signature": forged})

    assert send(client, honest).status_code == 200
    assert send(client, bent).status_code == 403


def test_twilio_may_sign_the_port(client):
    fields = {"MessageSid": "SM1", "A": "2"}
    validator = signing.RequestValidator(SECRETS["OTT_TWILIO_AUTH_TOKEN"])
    url = URL.replace("example.com", "example.com:443")
    proof = validator.compute_signature(url + "/twilio", fields)
    request = Request("/twilio", b"A=2&MessageSid=SM1", {"X-Twilio-Signature": proof})

    assert send(client, request).status_code == 200


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        pytest.param("https://Hooks.Example.com/In", None, id="capitals"),
        pytest.param(
            "https://Hooks.Example.com/In", "https://hooks.example.com/In", id="small"
        ),
        pytest.param("https://user:word@hooks.example.com", None, id="user"),
        pytest.param("https://Hooks.example.com:8443", None, id="port"),
        pytest.param("https://[2001:db8::1]:8443", None, id="ipv6"),
    ],
)
@pytest.mark.parametrize("path", ["/twilio", "/twilio?", "/twilio?To=A%20b&&c"])
def test_twilio_signs_the_url_as_it_was_typed_in(url, signed, path):
    said = (signed or url) + path
    proof = signing.RequestValidator("token").compute_signature(said, {"A": "2"})
    headers = {"X-Twilio-Signature": proof}
    account = Twilio(tokens=("token",), shared_keys=(), url=url)

    taken = account(Call("POST", path, "", headers, b"A=2", time.time()))

    assert taken.payload == b"A=2"


def test_a_shared_key_of_twilio_signs_with_sha256_only(client):
    assert send(client, signing.twilio_shared("HMAC_SHA1")).status_code == 403


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: signing.vonage(ago=2 * DAY), id="old"),
        pytest.param(lambda: signing.vonage(ago=-DAY), id="of tomorrow"),
        pytest.param(lambda: signing.vonage(iat=None), id="without its time"),
        pytest.param(lambda: signing.vonage(iat="x"), id="no time"),
        pytest.param(lambda: signing.vonage(payload_hash=None), id="for any body"),
        pytest.param(lambda: signing.vonage(exp=1), id="expired"),
        pytest.param(lambda: signing.vonage(algorithm="none"), id="unsigned JWT"),
        pytest.param(lambda: signing.vonage(algorithm="HS512"), id="other algorithm"),
        pytest.param(lambda: signing.wechat(ago=3600), id="old WeChat"),
        pytest.param(lambda: signing.wechat(ago=-3600), id="WeChat to come"),
    ],
)
def test_a_replay_of_another_time_is_refused(client, make):
    assert send(client, make()).status_code == 403


def test_a_repeat_lands_again_and_disorder_does_not_matter(receiver, client):
    before = len(receiver.lines("raw_line_webhooks"))

    for body in (b'{"n":2}', b'{"n":1}', b'{"n":2}'):
        assert send(client, signing.line(body)).status_code == 200

    landed = receiver.lines("raw_line_webhooks")[before:]
    assert [row["payload"] for row in landed] == ['{"n":2}', '{"n":1}', '{"n":2}']


def sealed(text, *, app_id="wx-canary-app", token=None):
    crypto = WeChatCrypto(
        token or SECRETS["OTT_WECHAT_TOKEN"], ENCRYPTED["OTT_WECHAT_AES_KEY"], app_id
    )
    now = str(int(time.time()))
    body = crypto.encrypt_message(text, "4711", now)
    given = body.partition("<MsgSignature><![CDATA[")[2].partition("]")[0]
    query = signing.wechat_query(msg_signature=given, encrypt_type="aes")
    return Request(f"/wechat?{query}", body.encode(), {"Content-Type": "text/xml"})


def test_wechats_encrypted_mode_is_opened_and_nothing_plain_is_taken(fresh):
    one = fresh(env=environment(**ENCRYPTED))
    text = "<xml><Event>unsubscribe</Event><N>数</N></xml>"
    genuine = sealed(text)
    bent = Request(genuine.path, genuine.body.replace(b"[CDATA[", b"[CDATA[A", 1), {})

    with httpx.Client(base_url=one.url) as client:
        assert send(client, genuine).text == "success"
        assert send(client, bent).status_code == 403
        assert send(client, sealed(text, app_id="wx-other")).status_code == 403
        assert send(client, sealed(text, token="other")).status_code == 403
        assert send(client, signing.wechat()).status_code == 400

    [row] = one.lines("raw_wechat_webhooks")
    assert row["payload"] == text
    assert "open   /wechat: signed;" in one.said()


def test_infobip_may_sign_in_a_header_that_is_named(fresh):
    more = {
        "OTT_INFOBIP_WEBHOOK_HMAC_KEY": "canary-hmac",
        "OTT_INFOBIP_WEBHOOK_HMAC_HEADER": "X-Their-Signature",
    }
    one = fresh(env=environment(**more))
    login = signing.infobip()
    proof = signing.mac("canary-hmac", BODY).hexdigest()

    with httpx.Client(base_url=one.url) as client:
        assert send(client, login).status_code == 401
        both = login.with_header("X-Their-Signature", proof)
        assert send(client, both).status_code == 200
        alone = both.with_header("Authorization", "")
        assert send(client, alone).status_code == 401


def test_the_hash_in_twilios_url_is_that_of_the_body(client):
    request = signing.twilio_json()
    other = hashlib.sha256(b"other").hexdigest()
    validator = signing.RequestValidator(SECRETS["OTT_TWILIO_AUTH_TOKEN"])
    path = f"/twilio?bodySHA256={other}"
    proof = validator.compute_signature(URL + path, {})

    bent = Request(path, request.body, {"X-Twilio-Signature": proof})

    assert send(client, bent).status_code == 403
