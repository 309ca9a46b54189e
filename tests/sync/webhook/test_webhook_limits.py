"""Nothing is unbounded, nothing is echoed, and whatever is refused is counted."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import httpx
import pytest
import signing
from receiving import read_all

BIG = b'{"said":"' + b"x" * 3 * 2**20 + b'"}'


def post(client, request, **more):
    return client.post(
        request.path, content=request.body, headers=request.headers | more
    )


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer else None


def test_a_body_that_is_too_large_is_refused_before_it_is_read(receiver):
    head = b"POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: 3145729\r\n\r\n"

    with receiver.connect() as connection:
        connection.sendall(head)
        answer = read_all(connection)

    assert status(answer) == 413


def test_a_body_that_never_says_its_length_is_cut_off(receiver):
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent = 0
    with receiver.connect() as connection:
        connection.sendall(
            b"POST /line HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        try:
            while sent < 500:
                connection.sendall(piece)
                sent += 1
        except (BrokenPipeError, ConnectionResetError):
            pass

    # 48 pieces are 3 MiB; the rest is what sockets hold in between.
    assert sent < 500


def test_a_chunked_body_within_the_limit_is_taken(client):
    request = signing.line()

    answer = client.post(
        "/line",
        content=iter([request.body[:9], request.body[9:]]),
        headers=request.headers,
    )

    assert answer.status_code == 200


def test_the_largest_body_is_taken(receiver, client):
    body = BIG[: 3 * 2**20 - 2] + b'"}'

    assert post(client, signing.line(body)).status_code == 200
    assert receiver.lines("raw_line_webhooks")[-1]["payload"] == body.decode()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(signing.line(b""), 400, id="empty"),
        pytest.param(signing.line(b'{"a":"\xff"}'), 400, id="not UTF-8"),
        pytest.param(signing.line(b'{"a":"\x00"}'), 400, id="a byte of zero"),
        pytest.param(signing.rcs().with_header("X-Goog-Signature", ""), 401, id="rcs"),
        pytest.param(signing.Request("/rcs", b"[" * 100_000), 400, id="deep JSON"),
        pytest.param(signing.Request("/rcs", b'{"message":{"data":1}}'), 400, id="int"),
        pytest.param(signing.Request("/twilio", b"a=1&" * 9999), 400, id="many fields"),
        pytest.param(signing.Request("/twilio", b"\xff=1"), 400, id="no form"),
    ],
)
def test_what_no_provider_sends_is_malformed(client, request_, expected):
    assert post(client, request_).status_code == expected


def test_a_packed_body_is_refused(client):
    answer = post(client, signing.line(), **{"Content-Encoding": "gzip"})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/line", 405),
        ("PUT", "/whatsapp", 405),
        ("DELETE", "/whatsapp", 405),
        ("POST", "/", 404),
        ("POST", "/LINE", 404),
        ("POST", "/line%2f", 404),
        ("POST", "/canary", 404),
        ("POST", "/health", 404),
        ("GET", "/../raw/raw_line_webhooks", 404),
    ],
)
def test_other_methods_and_paths_are_refused(client, method, path, expected):
    answer = client.request(method, path)

    assert answer.status_code == expected
    assert "canary" not in answer.text
    assert ("Allow" in answer.headers) == (expected == 405)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"canary \x01\x02\r\n\r\n", id="no HTTP"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", id="TLS"),
        pytest.param(
            b"POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: canary\r\n\r\n", id="no"
        ),
        pytest.param(
            b"POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="two lengths",
        ),
        pytest.param(
            b"POST /line HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"canary\r\n",
            id="no chunk",
        ),
        pytest.param(
            b"POST /line HTTP/1.1\r\nHost: x\r\nX: " + b"c" * 9000 + b"\r\n\r\n",
            id="long header",
        ),
        pytest.param(
            b"POST /line HTTP/1.1\r\nHost: x\r\n"
            + b"".join(b"X%d: 1\r\n" % n for n in range(200))
            + b"\r\n",
            id="many headers",
        ),
    ],
)
def test_what_is_no_http_gets_a_400_and_nothing_back(receiver, request_):
    answer = receiver.exchange(request_)

    assert status(answer) in {400, None}
    assert b"canary" not in answer


def test_expect_100_is_answered(receiver):
    request = signing.line().with_header("Expect", "100-continue").raw()
    head, _, body = request.partition(b"\r\n\r\n")
    with receiver.connect() as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(99).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(99).startswith(b"HTTP/1.1 200")


def test_health_counts_and_tells_nothing_else(client):
    answer = client.get("/health")

    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "taken", "refused"}


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"POST /li", id="half a line"),
        pytest.param(b"POST /line HTTP/1.1\r\nHost: x\r\nX-A: ", id="half a header"),
        pytest.param(
            b"POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", id="body"
        ),
    ],
)
def test_who_is_slow_is_cut_off_however_often_a_byte_comes(slow, begun):
    begin, heard = time.monotonic(), b"?"
    answer = b""
    with slow.connect() as connection:
        connection.sendall(begun)
        connection.settimeout(0.2)
        while heard and time.monotonic() < begin + 8:
            try:
                heard = connection.recv(999)
                answer += heard
            except TimeoutError:
                if begun:
                    connection.sendall(b"1")
            except (ConnectionResetError, BrokenPipeError):
                break

    assert 0.5 < time.monotonic() - begin < 6
    assert status(answer) == (408 if begun.endswith(b"{") else None)


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """It waits a second, and takes four connections."""
    from receiving import Receiver

    one = Receiver(
        tmp_path_factory.mktemp("slow"), "--seconds", "1", "--max-connections", "4"
    )
    yield one
    one.stop()
    assert "line too slow 1" in one.said()
    assert "- too many connections" in one.said()


def test_connections_have_an_end_and_come_back(slow):
    held = [slow.connect() for _ in range(4)]
    with slow.connect() as fifth:
        assert read_all(fifth).startswith(b"HTTP/1.1 503")
    for connection in held:
        connection.close()

    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(f"{slow.url}/health")
        except httpx.HTTPError:
            continue
        if answer.status_code == 200:
            return
    raise AssertionError("it never came back")


def test_refusals_are_counted_by_source_and_reason(fresh):
    one = fresh()
    with httpx.Client(base_url=one.url) as client:
        post(client, signing.line())
        post(client, signing.line().with_header("X-Line-Signature", "canary"))
        post(client, signing.line().with_header("X-Line-Signature", ""))
        client.post("/canary")
    assert one.stop() == 0

    counted = "Taken 1. Refused: - unknown path 1, line forged 1, line unsigned 1."
    assert counted in one.said()


def test_what_waits_together_has_an_end(fresh):
    """Each a little less than the largest; 64 MiB are 22 of them and a half."""
    one = fresh("--seconds", "60")
    head = b"POST /line HTTP/1.1\r\nHost: x\r\nContent-Length: 3145728\r\n\r\n"
    held = [one.connect() for _ in range(24)]
    for connection in held:
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(head + b"x" * 2_983_000)
    # Whoever was refused is hung up on, with or without hearing why.
    read_all(held[-1])
    for connection in held:
        connection.close()

    with httpx.Client(base_url=one.url) as client:
        # What was held is let go as the connections end.
        until = time.monotonic() + 20
        while post(client, signing.line(BIG[: 2 * 2**20])).status_code != 200:
            assert time.monotonic() < until
    assert one.stop() == 0
    assert "line too much at once" in one.said()


def test_json_says_what_is_open(tmp_path):
    import subprocess
    import sys

    from receiving import ROOT, environment

    command = [sys.executable, "-m", "sync", "webhook", "--check", "--json"]
    env = environment(OTT_LINE_CHANNEL_SECRET="", OTT_WEBHOOK_DIR=str(tmp_path))
    done = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )

    told = json.loads(done.stdout)
    assert told["lands_in"] == "files"
    assert told["open"]["whatsapp"] == "signed"
    assert "shared secret" in told["open"]["braze"]
    assert told["closed"] == {"line": "OTT_LINE_CHANNEL_SECRET is not set"}
    assert "canary" not in done.stdout + done.stderr
