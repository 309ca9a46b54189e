"""A real receiver in a process of its own, and its providers' secrets."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[3]
URL = "https://hooks.example.com/in"
AES_KEY = b64encode(bytes(range(32))).decode().rstrip("=")
# Each is a canary: none may show in an answer or a log.
SECRETS = {
    "OTT_WHATSAPP_APP_SECRET": "canary-app-secret canary-next-app-secret",
    "OTT_WHATSAPP_VERIFY_TOKEN": "canary-verify-token",
    "OTT_LINE_CHANNEL_SECRET": "canary-line-secret",
    "OTT_KAKAO_ADMIN_KEY": "canary-admin-key",
    "OTT_KAKAO_BOT_WEBHOOK_TOKEN": "canary-bot-token",
    "OTT_KAKAO_WEBHOOK_SECRET": "canary-nhn-secret",
    "OTT_WECHAT_TOKEN": "canary-wechat-token",
    "OTT_RCS_CLIENT_TOKEN": "canary-client-token",
    "OTT_TWILIO_AUTH_TOKEN": "canary-auth-token",
    "OTT_TWILIO_WEBHOOK_KEY": "canary-shared-key",
    "OTT_VONAGE_SIGNATURE_SECRET": "canary-vonage-signature-secret-" + 40 * "x",
    "OTT_INFOBIP_WEBHOOK_LOGIN": "canary-user:canary-password",
    "OTT_BRAZE_WEBHOOK_TOKEN": "canary-bearer-token",
    "OTT_SFMC_SIGNATURE_KEY": "Y2FuYXJ5LXNpZ25hdHVyZS1rZXk=",
    "OTT_SFMC_SETUP_TOKEN": "canary-setup-token",
}
ENCRYPTED = {"OTT_WECHAT_AES_KEY": AES_KEY, "OTT_WECHAT_APP_ID": "wx-canary-app"}


def environment(**changed):
    kept = {k: v for k, v in os.environ.items() if k[:4] not in {"OTT_", "DBT_"}}
    return kept | SECRETS | {"OTT_WEBHOOK_URL": URL} | changed


class Receiver:
    """`ott webhook` over a folder; everything it ever said is in `said()`."""

    def __init__(self, folder, *options, env=None, prefix=()):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder / "raw"
        self._log = folder / "receiver.log"
        landing = () if "--target" in options else ("--dir", str(self.folder))
        command = (sys.executable, "-m", "sync", "webhook", "--port", "0")
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [*prefix, *command, *landing, *options],
                env=env or environment(),
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.port = self._port()

    def _port(self):
        while self.process.poll() is None:
            for line in self.said().splitlines():
                if line.startswith("webhook listening"):
                    return int(line.rpartition(":")[2])
            time.sleep(0.02)
        raise AssertionError(self.said())

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def said(self):
        return self._log.read_text()

    def lines(self, table):
        """The whole lines that landed; a torn one is no line."""
        return [
            json.loads(line)
            for path in sorted((self.folder / table).glob("*.jsonl"))
            for line in path.read_text().splitlines(keepends=True)
            if line.endswith("\n")
        ]

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def exchange(self, request, seconds=0.2):
        """Send bytes as they are; give back what comes until it closes or is silent."""
        with self.connect() as connection:
            connection.settimeout(seconds)
            with suppress(ConnectionResetError, BrokenPipeError):
                connection.sendall(request)
            return read_all(connection)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


def read_all(connection):
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except (ConnectionResetError, BrokenPipeError, TimeoutError):
        pass
    return found
