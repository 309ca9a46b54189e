"""What an adapter has to be told to reach the sandbox: each module's own words."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import sync.sandbox

__all__ = ["settings_for"]


def settings_for(url: str) -> dict[str, str]:
    """Name every adapter's settings toward the sandbox at `url`, secrets included."""
    found: dict[str, str] = {}
    for module in iter_modules(sync.sandbox.__path__):
        provider = import_module(f"sync.sandbox.{module.name}")
        found |= getattr(provider, "SETTINGS", {})
        # A key that must not lie in the code is made when it is asked for.
        found |= getattr(provider, "made_settings", dict)()
    return {name: text.replace("{url}", url) for name, text in found.items()}
