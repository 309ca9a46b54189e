"""Whatever comes, the receiver answers as it should or hangs up, and stays up."""

from __future__ import annotations

import os
import socket

import httpx
import signing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signing import GENUINE, Request

QUICK = settings(
    max_examples=int(os.environ.get("OTT_FUZZ_EXAMPLES", "30")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SAFE = {200, 400, 401, 403, 404, 405, 408, 413, 415}
TOKEN = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"),
    min_size=1,
    max_size=20,
)
VALUE = st.binary(max_size=60).map(lambda b: b.translate(None, b"\r\n\0"))
NAMES = st.sampled_from(
    [
        *("X-Hub-Signature-256", "X-Line-Signature", "Authorization", "Content-Type"),
        *("X-Goog-Signature", "X-Twilio-Signature", "x-sfmc-ens-signature", "Expect"),
        *("X-Twilio-Webhooks-Signature-Settings", "X-Toast-Webhook-Signature"),
        *("Content-Encoding", "Connection", "Upgrade"),
    ]
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["message", "data", "clientToken", "secret", "x"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    ).map(lambda value: repr(value).replace("'", '"').replace("None", "null").encode()),
    st.text(max_size=50).map(lambda t: f"<xml><Encrypt>{t}</Encrypt></xml>".encode()),
)
PATHS = st.one_of(
    st.sampled_from([f"/{name.partition(' ')[0]}" for name in GENUINE]),
    st.sampled_from(["/wechat?signature=a&timestamp=9&nonce=", "/twilio?bodySHA256="]),
    st.sampled_from(["/health", "/kakao-bot/", "/sfmc/x", "/whatsapp?hub.mode="]),
    TOKEN.map(lambda text: "/" + text),
)
METHODS = st.sampled_from(["POST", "POST", "POST", "GET", "HEAD", "PUT", "OPTIONS"])


def statuses(receiver, request, seconds=0.2):
    """Every status that comes back on one connection, until that is silent."""
    answer = receiver.exchange(request, seconds)
    return {
        int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:] if part[:3].isdigit()
    }


def is_alive(receiver):
    assert httpx.get(f"{receiver.url}/health").status_code == 200
    assert "a bug" not in receiver.said()


@QUICK
@given(METHODS, PATHS, st.lists(st.tuples(NAMES | TOKEN, VALUE), max_size=5), BODIES)
def test_any_request_is_refused_or_answered(receiver, method, path, headers, body):
    lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: x"]
    lines += [name.encode() + b": " + value for name, value in headers]
    lines += [b"Content-Length: %d" % len(body), b"Connection: close", b"", b""]

    assert statuses(receiver, b"\r\n".join(lines) + body) <= {*SAFE, 100}
    assert "a bug" not in receiver.said()


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_are_refused(receiver, junk):
    assert statuses(receiver, junk + b"\r\n\r\n") <= SAFE
    assert "a bug" not in receiver.said()


MAKERS = st.sampled_from([make for make, _, _ in GENUINE.values()])
# What signs the body, so that one changed bit is too many.
SIGNED = st.sampled_from(
    [signing.whatsapp, signing.line, signing.twilio_json, signing.vonage, signing.sfmc]
)


@QUICK
@given(MAKERS, st.integers(0, 10_000), st.integers(1, 255))
def test_a_genuine_call_with_one_other_byte_is_no_crash(receiver, make, place, by):
    raw = bytearray(make().raw("Connection: close"))
    raw[place % len(raw)] ^= by

    assert statuses(receiver, bytes(raw)) <= {*SAFE, 100}
    assert "a bug" not in receiver.said()


@QUICK
@given(SIGNED, st.integers(0, 10_000), st.integers(1, 255))
def test_a_signed_body_with_one_other_byte_is_never_taken(receiver, make, place, by):
    request = make()
    body = bytearray(request.body)
    body[place % len(body)] ^= by
    changed = Request(request.path, bytes(body), request.headers)

    assert statuses(receiver, changed.raw("Connection: close"), 10) == {403}


def test_half_requests_and_resets_leave_nothing_behind(receiver):
    raw = signing.line().raw()
    for end in range(0, len(raw), 9):
        with receiver.connect() as connection:
            # Reset, not closed.
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.sendall(raw[:end])

    is_alive(receiver)
