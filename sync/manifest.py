"""Where dbt put its relations: names from target/manifest.json, never evidence."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sync.config import PACKAGE
from sync.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "sync"


@lru_cache(maxsize=1)
def _read(path: Path, *_: int) -> dict[str, Any]:
    """Read it once for all destinations of a call, and again when it has changed."""
    content: Any = json.loads(path.read_text(encoding="utf-8"))
    if not _is_manifest(content):
        raise ValueError("no manifest")
    manifest: dict[str, Any] = {"sources": {}, "nodes": {}} | content
    return manifest


def _is_manifest(content: Any) -> bool:
    """Tell whether it has a manifest's shape, as far as it is read here."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("metadata", {}), dict)
        and all(_are_nodes(content.get(part, {})) for part in ("sources", "nodes"))
    )


def _are_nodes(nodes: Any) -> bool:
    return isinstance(nodes, dict) and all(
        isinstance(node, dict) for node in nodes.values()
    )


class Manifest:
    """The relation names of one dbt project."""

    def __init__(self, target_dir: Path) -> None:
        """
        Read the manifest.

        Raises:
            ConfigError: There is none, or it is unreadable.
        """
        try:
            path = target_dir / "manifest.json"
            changed = path.stat()
            self._content = _read(path, changed.st_mtime_ns, changed.st_size)
        except FileNotFoundError:
            raise ConfigError("No manifest.json. Run `dbt build` first.") from None
        except (OSError, ValueError):
            raise ConfigError(
                "manifest.json is unreadable. Run `dbt build` again."
            ) from None

    @property
    def adapter(self) -> str:
        """Name the kind of warehouse it was made for."""
        return str(self._content.get("metadata", {}).get("adapter_type"))

    def raw_tables(self) -> list[dict[str, Any]]:
        """List the sources that a team gives, in the order of their YAML."""
        return [
            node
            for node in self._content["sources"].values()
            if node.get("package_name") == PACKAGE and node.get("source_name") != SOURCE
        ]

    def source(self, table: str, *, of: str = SOURCE) -> str:
        """
        Name a table of the source `sync`, or of another.

        Raises:
            ConfigError: The project has no such source.
        """
        for node in self._content["sources"].values():
            is_it = node.get("source_name") == of and node.get("name") == table
            if is_it and (relation := node.get("relation_name")):
                return str(relation)
        raise ConfigError(f"dbt knows no source {of}.{table}. Run `dbt build`.")

    def model(self, name: str) -> str | None:
        """Name a model's relation; None where there is none."""
        return self.relation(name, kinds=("model",))

    def relation(
        self, name: str, kinds: tuple[str, ...] = ("model", "seed")
    ) -> str | None:
        """Name a model's or a seed's relation; None where there is none."""
        for node in self._content["nodes"].values():
            if node.get("resource_type") in kinds and node.get("name") == name:
                relation = node.get("relation_name")
                return str(relation) if relation else None
        return None
