"""What an operator sees on a terminal of 80 columns, and what a pipe gets."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

import pytest
from sync_project import people

from sync import screen

WIDE = ("a_campaign_with_a_name_longer_than_any_screen_has_room_for_in_a_column", 7)
ROWS = [
    (*WIDE, "[red]x[/red]", None),
    ("b", 12345, "whatsapp", "c" * 60),
]
SHOW = f"""
from sync import screen
screen.heading("Last runs")
screen.table(("campaign", "people", "channel", "said"), {ROWS!r})
screen.sentence("It cannot be sent yet. " * 6)
"""


def shown_on_a_terminal(**env):
    """Run it behind a terminal of 80 columns; give what that was told."""
    ours, theirs = pty.openpty()
    env = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80"} | env
    subprocess.run([sys.executable, "-c", SHOW], stdout=theirs, env=env, check=True)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # Linux says so when the other side is closed.
        pass
    os.close(ours)
    return said.decode()


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}], ids=["colour", "no colour"])
def test_on_a_terminal_nothing_is_coloured_cut_or_wider_than_80_columns(env):
    said = shown_on_a_terminal(**env)

    codes = re.findall(r"\x1b\[([0-9;]*)m", said)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert set(codes) == {"1", "0"}, "bold and back, no colour"
    assert max(map(len, plain.splitlines())) <= 80
    joined = re.sub(r"\s", "", plain)
    assert joined.count("c") >= 60
    assert "[red]x[/red]" in plain
    assert "…" not in plain


def test_a_pipe_gets_plain_text_whatever_is_set(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")

    screen.heading("Last runs")
    screen.table(("campaign", "people"), [WIDE, ("b", 12345)])
    screen.sentence("One line. " * 12)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Last runs"
    assert "\x1b" not in "".join(lines)
    assert lines[1].split() == ["campaign", "people"]
    assert lines[-2].endswith("12345"), "numbers end below each other"
    assert lines[-1].count("One line.") == 12, "a sentence is one line to grep"


def test_the_morning_fits_one_screen(project):
    project.build(people(7))
    project.send()

    lines = project.ott("status", COLUMNS="80", FORCE_COLOR="1").out.splitlines()

    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert lines[1].split() == ["began", "ended", "destination", "outcome", "exit"]
    assert lines[2].split()[3:] == ["whatsapp", "7", "accepted", "0"]
    assert lines[-1] == "  Nothing."
