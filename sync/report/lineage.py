"""Draws the lineage of what is shown: over what is hidden it goes as if by one step."""

from __future__ import annotations

from functools import cache
from typing import Any

Node = dict[str, Any]


def bridged(manifest: Node) -> Node:
    """
    Give `manifest` with each shown node's parents as the nearest that are shown.

    dbt leaves hidden nodes out of its picture, and with them every line through them:
    nothing would lead from an audience to what is sent.
    """
    nodes: dict[str, Node] = {
        key: node
        for kind in ("nodes", "exposures")
        for key, node in manifest[kind].items()
        if node["resource_type"] != "test"
    }

    @cache
    def shown(key: str) -> tuple[str, ...]:
        node = nodes.get(key)
        if node is None or node.get("docs", {}).get("show", True):
            return (key,)
        return above(key)

    def above(key: str) -> tuple[str, ...]:
        parents = nodes[key].get("depends_on", {}).get("nodes", ())
        return tuple(dict.fromkeys(up for parent in parents for up in shown(parent)))

    parents: dict[str, list[str]] = {key: [] for key in manifest["parent_map"]}
    for key, node in nodes.items():
        if shown(key) == (key,) and "depends_on" in node:
            parents[key] = list(above(key))
            node["depends_on"] = node["depends_on"] | {"nodes": parents[key]}
    return manifest | {"parent_map": parents}
