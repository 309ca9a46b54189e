"""The sandbox as a process of its own, beside a build of the demo."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def sandbox(folder, raw, now, *options, env=os.environ):
    """Run it in `folder`, on the raw rows, at `now` in UTC; gives its URL."""
    command = [sys.executable, "-m", "sync", "sandbox", "--port", "0"]
    command += ["--dir", str(folder), "--now", f"{now}+00:00", *options]
    command += ["--templates", str(raw / "raw_templates.jsonl")]
    command += ["--webhooks", str(raw / "raw_whatsapp_webhooks.jsonl")]
    with subprocess.Popen(
        command,
        env=env | {"OTT_WHATSAPP_TOKEN": "sandbox-token"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running.stdout.readline().split()[-1]
        finally:
            running.terminate()
