"""What is to be sent: the rows of one sync table, made from one of the tests' rows."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/sync")]

from sync_project import Project, watched  # noqa: E402

# More than anybody sends: the limiter stands by and lets all pass.
UNLIMITED = 1_000_000
MESSAGES = """
    insert into ott_sync.sync_whatsapp
    select one.* replace (
        md5(n::varchar) as delivery_key,
        'c' || n as customer_id,
        n as send_rank,
        '+6591' || lpad(n::varchar, 7, '0') as address
    )
    from ott_sync.sync_whatsapp as one, range(1, ?) as numbers (n)
"""
PROFILES = """
    insert into ott_sync.sync_braze_profiles
    select one.* replace (
        md5('p' || n) as delivery_key, 'c' || n as customer_id, n as send_rank
    )
    from ott_sync.sync_braze_profiles as one, range(1, ?) as numbers (n)
"""


class Target:
    """Only what `Project` asks of a provider."""

    url = ""


def messages(folder: Path, rows: int, per_second: int = UNLIMITED) -> Project:
    """Make a project with so many WhatsApp messages due."""
    project = Project(folder, Target())
    project.build([{"messages_per_second": per_second}])
    project.sql(MESSAGES, rows)
    project.sql(watched("sync_whatsapp"))
    return project


def profiles(folder: Path, rows: int, per_second: int = UNLIMITED) -> Project:
    """Make a project with so many Braze profiles due."""
    project = Project(folder, Target())
    one = {"number": 0, "requests_per_second": per_second}
    project.build([one], model="sync_braze_profiles")
    project.sql(PROFILES, rows)
    project.sql(watched("sync_braze_profiles", keeps_state=True))
    return project
