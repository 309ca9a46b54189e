"""How the providers refuse."""

from __future__ import annotations

from typing import Any

# HTTP status by code: Meta's older error tables; the page of 2026-09-11 lists none.
# The copies disagree on throttling (400 or 429), so nobody may build on it.
STATUS = {
    2: 503,
    3: 500,
    10: 403,
    190: 401,
    200: 403,
    368: 403,
    4: 429,
    80007: 429,
    130429: 429,
    131000: 500,
    131005: 403,
    131016: 500,
    131031: 403,
    131056: 429,
    131057: 500,
    132001: 404,
    133004: 503,
}
TITLES = {
    100: "Invalid parameter",
    190: "Invalid OAuth access token",
    130429: "Rate limit hit",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131049: "Meta chose not to deliver",
    131050: "User has stopped marketing messages",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132012: "Parameter format does not match format in the created template",
    132015: "Template is paused",
    132016: "Template is disabled",
    132018: "Template parameters are not valid",
}


class Refusal(Exception):  # noqa: N818 - named as in the provider's words.
    """
    A provider's refusal of one request. Nothing was accepted.

    Attributes:
        label: What it is counted as.
        status: The HTTP status it travels with.
        headers: What else it travels with.
    """

    def __init__(self, label: str, status: int, details: str) -> None:
        super().__init__(details)
        self.label = label
        self.status = status
        self.details = details
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """Say it in the provider's shape."""
        return {"message": self.details}


class MetaError(Refusal):
    """Meta's refusal of one request."""

    def __init__(self, code: int, details: str, *, subcode: int | None = None) -> None:
        super().__init__(str(code), STATUS.get(code, 400), details)
        self.code = code
        self.subcode = subcode

    def body(self) -> dict[str, Any]:
        """Say it in Meta's shape."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {title(self.code)}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "sandbox",
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}


def title(code: int) -> str:
    """Meta's short words for a code."""
    return TITLES.get(code, "Something went wrong")
