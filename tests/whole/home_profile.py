"""
The profile of the tests: everything lies in HOME, whichever that is.

dbt parses a project anew, some twenty seconds, whenever a path of its profile is
another one. With `~` a copied folder, target and all, is the same profile.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = {"flags.PROFILES_DIR ~ '/ott.duckdb'": "'~/ott.duckdb'"}
HOME |= {'"{{ flags.PROFILES_DIR }}"': '"~"'}


def write(path: Path) -> None:
    """Write the example's profile, relative to HOME."""
    text = (ROOT / "profiles.example.yml").read_text("utf-8")
    for given, instead in HOME.items():
        assert given in text, given
        text = text.replace(given, instead)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
