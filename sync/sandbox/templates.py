"""The template catalogue, and whether a message fits its template."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sync.sandbox.errors import MetaError
from sync.sandbox.listings import is_there

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
UNSENDABLE = re.compile(r"[\n\r\t]| {5}")
REFUSED_STATUS = {"PAUSED": 132015, "DISABLED": 132016}
# Kinds of buttons that need a value, by the kind of parameter that carries it.
FILLED_BY = {"URL": "text", "COPY_CODE": "coupon_code", "OTP": "text"}
MEDIA = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language, as the provider lists it."""

    account_id: str
    payload: Mapping[str, Any]

    @property
    def category(self) -> str:
        """MARKETING, UTILITY or AUTHENTICATION."""
        return str(self.payload.get("category", "")).upper()

    def part(self, kind: str) -> Mapping[str, Any]:
        """One component of the template; empty when it has none of that kind."""
        for component in self.payload.get("components") or []:
            if str(component.get("type", "")).upper() == kind:
                return dict(component)
        return {}

    def check(self, components: list[dict[str, Any]]) -> None:
        """Raise MetaError where Meta would refuse these parameters."""
        status = str(self.payload.get("status", "")).upper()
        if status != "APPROVED":
            raise MetaError(REFUSED_STATUS.get(status, 132001), f"status is {status}")
        given = {str(c.get("type", "")).lower(): c for c in components}
        self._check_header(_parameters(given.get("header", {})))
        self._check_texts("body", self.part("BODY"), _parameters(given.get("body", {})))
        self._check_buttons(
            [c for c in components if str(c.get("type", "")).lower() == "button"]
        )

    def _check_header(self, given: list[dict[str, Any]]) -> None:
        header = self.part("HEADER")
        kind = str(header.get("format", "TEXT")).upper()
        if kind not in MEDIA:
            self._check_texts("header", header, given)
        elif len(given) != 1 or str(given[0].get("type", "")).upper() != kind:
            raise MetaError(132012, f"header: expected one {kind} parameter")
        elif not isinstance(given[0].get(kind.lower()), dict):
            raise MetaError(131008, f"header: {kind.lower()} is missing")

    def _check_texts(
        self, where: str, part: Mapping[str, Any], given: list[dict[str, Any]]
    ) -> None:
        names = list(dict.fromkeys(PLACEHOLDER.findall(str(part.get("text", "")))))
        if len(given) != len(names):
            counts = f"{len(given)} given, {len(names)} expected"
            raise MetaError(132000, f"{where}: number of localizable_params: {counts}")
        for parameter in given:
            _check_text(where, parameter, "text")
        if str(self.payload.get("parameter_format", "")).upper() == "NAMED":
            said = [str(parameter.get("parameter_name")) for parameter in given]
            if sorted(said) != sorted(names):
                raise MetaError(132012, f"{where}: parameter_name does not match")

    def _check_buttons(self, given: list[dict[str, Any]]) -> None:
        buttons = self.part("BUTTONS").get("buttons") or []
        by_index = {str(button.get("index")): button for button in given}
        for index, button in enumerate(buttons):
            kind = str(button.get("type", "")).upper()
            parameters = _parameters(by_index.pop(str(index), {}))
            carrier = FILLED_BY.get(kind, "payload")
            if kind in FILLED_BY and not parameters and _needs_value(kind, button):
                raise MetaError(131008, f"Button at index {index} needs a parameter")
            for parameter in parameters:
                _check_text(f"button {index}", parameter, carrier)
        if by_index:
            raise MetaError(132012, "buttons: no button at that index")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The latest version of every template of Meta's, by name and language."""

    templates: Mapping[tuple[str, str], Template]
    accounts: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """Read the lines {"fetched_at", "account_id", "payload", ...}; skip broken."""
        latest: dict[tuple[str, str, str], tuple[str, Template]] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path else []:
            try:
                record = json.loads(line)
                payload = json.loads(record["payload"])
                name, language = str(payload["name"]), _locale(payload["language"])
            except (ValueError, KeyError, TypeError):
                continue
            if record.get("provider", "meta") != "meta":
                continue
            template = Template(str(record.get("account_id", "")), payload)
            key = (template.account_id, name, language)
            fetched = str(record.get("fetched_at", ""))
            if key not in latest or fetched >= latest[key][0]:
                latest[key] = (fetched, template)
        return cls._of({k: v for k, v in latest.items() if is_there(v[1].payload)})

    @classmethod
    def _of(cls, latest: Mapping[tuple[str, str, str], tuple[str, Template]]) -> Self:
        """Let the account that was fetched last answer where two have the same name."""
        accounts: dict[str, list[Template]] = {}
        for (account, _, _), (_, template) in latest.items():
            accounts.setdefault(account, []).append(template)
        by_age = sorted(latest.items(), key=lambda item: item[1][0])
        return cls(
            {(name, locale): found for (_, name, locale), (_, found) in by_age},
            {account: tuple(several) for account, several in accounts.items()},
        )

    def of(self, account_id: str) -> tuple[Template, ...]:
        """List an account's templates."""
        return self.accounts.get(account_id, ())

    def find(self, name: str, language: str) -> Template:
        """Find a template, or raise MetaError 132001."""
        try:
            return self.templates[name, _locale(language)]
        except KeyError:
            raise MetaError(
                132001, f"template name ({name}) does not exist in {language}"
            ) from None


def _locale(language: object) -> str:
    return str(language).replace("-", "_")


def _needs_value(kind: str, button: Mapping[str, Any]) -> bool:
    return kind != "URL" or bool(PLACEHOLDER.search(str(button.get("url", ""))))


def _parameters(component: Mapping[str, Any]) -> list[dict[str, Any]]:
    parameters = component.get("parameters") or []
    if not isinstance(parameters, list) or not all(
        isinstance(parameter, dict) for parameter in parameters
    ):
        raise MetaError(131009, "parameters is not a list of objects")
    return parameters


def _check_text(where: str, parameter: Mapping[str, Any], carrier: str) -> None:
    if str(parameter.get("type", "")).lower() != carrier:
        raise MetaError(132012, f"{where}: expected a {carrier} parameter")
    value = parameter.get(carrier)
    if not isinstance(value, str) or not value:
        raise MetaError(131008, f"{where}: {carrier} is missing")
    if UNSENDABLE.search(value):
        raise MetaError(132018, f"{where}: new-line, tab or more than 4 spaces")
