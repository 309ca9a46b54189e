"""Not set is closed; what is set and wrong is a clear line without its value."""

from __future__ import annotations

import pytest
from receiving import SECRETS, URL

from sync.errors import ConfigError
from sync.webhook.sources import KINDS, sources

ALL = SECRETS | {"OTT_WEBHOOK_URL": URL}


def test_nothing_is_open_without_its_secret():
    opened, closed = sources({})

    assert opened == {}
    assert set(closed) == {kind[0] for kind in KINDS}
    assert all("is not set" in missing for missing in closed.values())


def test_everything_is_open_with_all_of_them():
    opened, closed = sources(ALL)

    assert closed == {}
    assert "canary" not in repr(opened)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"OTT_WEBHOOK_URL": "http://hooks.example.com"}, "no https URL"),
        ({"OTT_WEBHOOK_URL": "https://x/?canary"}, "no https URL"),
        ({"OTT_WEBHOOK_URL": "https://[canary"}, "no https URL"),
        ({"OTT_WEBHOOK_URL": "https://canary:abc"}, "no https URL"),
        ({"OTT_WEBHOOK_URL": "https://canary:99999"}, "no https URL"),
        ({"OTT_WECHAT_AES_KEY": "canary", "OTT_WECHAT_APP_ID": "a"}, "43 letters"),
        ({"OTT_INFOBIP_WEBHOOK_LOGIN": "canary"}, "user:password"),
        ({"OTT_WEBHOOK_MAX_AGE": "canary"}, "no number from 60"),
        ({"OTT_WEBHOOK_MAX_AGE": "0"}, "no number from 60"),
        ({"OTT_WEBHOOK_MAX_AGE": "9" * 400}, "no number from 60"),
        ({"OTT_LINE_CHANNEL_SECRET": "canar\xfd"}, "characters no secret has"),
        (
            {"OTT_LINE_CHANNEL_SECRET": "", "OTT_LINE_CHANNEL_SECRET_FILE": "/canary"},
            "unreadable",
        ),
    ],
)
def test_what_is_set_and_wrong_stops_the_start(changed, words):
    with pytest.raises(ConfigError, match=words) as caught:
        sources(ALL | changed)

    assert caught.value.exit_code == 3
    assert "canar" not in str(caught.value)


def test_secrets_may_lie_in_a_file_one_a_line(tmp_path):
    (tmp_path / "secrets").write_text("canary-old\ncanary-next\n")
    env = {"OTT_LINE_CHANNEL_SECRET_FILE": str(tmp_path / "secrets")}

    opened, _ = sources(env)

    assert opened["line"].opening.take.keys == (b"canary-old", b"canary-next")


def test_a_sender_is_written_where_one_is_named():
    opened, _ = sources(ALL | {"OTT_KAKAO_BOT_WEBHOOK_SENDER": "kakao-1"})

    assert opened["kakao-bot"].sender_id == "kakao-1"
    assert opened["kakao"].sender_id is None


@pytest.mark.parametrize(
    ("source", "proof"),
    [
        ("whatsapp", "signed"),
        ("wechat", "signed but for the body"),
        ("nhn", "by a shared secret only"),
    ],
)
def test_the_start_says_how_much_a_proof_is_worth(source, proof):
    opened, _ = sources(ALL)

    assert opened[source].opening.proof.startswith(proof)
