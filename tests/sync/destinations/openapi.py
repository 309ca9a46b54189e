"""
Providers' own descriptions of their APIs, made strict enough to catch a mistake.

As published, a schema with a discriminator lets through whatever has the right `type`,
and no schema minds a field that nobody knows. Here both are refused.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[3]
FOLDERS = [os.environ.get("OTT_SPECS", ""), ROOT.parent / "shared" / "specs"]


def find(name: str) -> Path:
    """The file `name`, or a visible skip."""
    for folder in FOLDERS:
        path = Path(folder or "nowhere") / name
        if path.exists():
            return path
    pytest.skip(f"no {name}: name the folder that has it in OTT_SPECS")


def description(name: str) -> Description:
    """The description in the file `name`, or a visible skip."""
    return _read(find(name))


@cache
def _read(path: Path) -> Description:
    text = path.read_text(encoding="utf-8")
    is_json = path.suffix == ".json"
    return Description(json.loads(text) if is_json else yaml.safe_load(text))


class Description:
    """One OpenAPI file."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        schemas = found["components"]["schemas"]
        self._kinds = {
            name: schema["discriminator"]["mapping"]
            for name, schema in schemas.items()
            if schema.get("discriminator", {}).get("mapping")
        }
        self._property = {
            name: schemas[name]["discriminator"]["propertyName"] for name in self._kinds
        }
        strict = {name: self._strict(schema) for name, schema in schemas.items()}
        resolved = {f"{name}__kinds": self._kind(name) for name in self._kinds}
        self._components = {"schemas": strict | resolved}

    def errors(self, method: str, path: str, body: object) -> list[str]:
        """What the description says against a request's body."""
        [content] = [
            kind
            for name, kind in self.found["paths"][path][method]["requestBody"][
                "content"
            ].items()
            if name == "application/json"
        ]
        schema = self._strict(content["schema"]) | {"components": self._components}
        found = Draft202012Validator(schema).iter_errors(body)
        return [f"{error.json_path}: {error.message}" for error in found]

    def _strict(self, schema: Any, *, is_base: bool = False) -> Any:
        """Resolve kinds and close objects; a base in `allOf` stays as it is."""
        if isinstance(schema, list):
            return [self._strict(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if isinstance(schema.get("$ref"), str):
            name = schema["$ref"].rpartition("/")[2]
            if is_base:
                return {"$ref": schema["$ref"]}
            if name in self._kinds:
                return {"$ref": f"#/components/schemas/{name}__kinds"}
            return {"$ref": schema["$ref"], "unevaluatedProperties": False}
        parts = {
            key: [self._strict(one, is_base=True) for one in value]
            if key == "allOf"
            else self._strict(value)
            for key, value in schema.items()
            if key not in {"example", "examples", "discriminator", "xml", "format"}
        }
        if parts.pop("nullable", False):
            parts["type"] = [parts["type"], "null"]
        return parts

    def _kind(self, name: str) -> dict[str, Any]:
        """The schema of whatever its `type` says it is."""
        by, kinds = self._property[name], self._kinds[name]
        return {
            "type": "object",
            "required": [by],
            "properties": {by: {"enum": list(kinds)}},
            "allOf": [
                {
                    "if": {"properties": {by: {"const": kind}}},
                    "then": {"$ref": ref, "unevaluatedProperties": False},
                }
                for kind, ref in kinds.items()
            ],
        }
