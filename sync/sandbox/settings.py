"""What an adapter has to be told to reach the sandbox: each module's own words."""

from __future__ import annotations

from sync.sandbox.providers import modules

__all__ = ["settings_for"]


def settings_for(url: str) -> dict[str, str]:
    """Name every adapter's settings toward the sandbox at `url`, secrets included."""
    found: dict[str, str] = {}
    for provider in modules():
        found |= getattr(provider, "SETTINGS", {})
        # A key that must not lie in the code is made when it is asked for.
        found |= getattr(provider, "made_settings", dict)()
    return {name: text.replace("{url}", url) for name, text in found.items()}
