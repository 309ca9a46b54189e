"""Where everything is: the project, its profile as dbt would render it, the ledger."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import yaml

from sync.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKAGE = "ott"
LEDGER_URLS = ("postgresql://", "postgres://")
# Of a PostgreSQL target, beside where it is and who asks.
SERVER_SETTINGS = (
    "sslmode",
    "sslcert",
    "sslkey",
    "sslrootcert",
    "keepalives_idle",
    "role",
)
# Of a Spark target's Thrift server.
THRIFT_SETTINGS = ("auth", "kerberos_service_name")


@dataclass(frozen=True, slots=True)
class Profile:
    """
    One target of profiles.yml, rendered.

    `path` is DuckDB's; `host` to `dbname` are a server's. `settings` are set after the
    connection on DuckDB, and passed to it elsewhere (TLS and the like).
    """

    target: str
    type: str
    schema: str
    path: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    dbname: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """
    The settings of one call. Secrets stay in `env`.

    `package_dir` is where our own files are: the project itself, or what `dbt deps`
    made of us in a project that uses us.
    """

    project_dir: Path
    package_dir: Path
    target_dir: Path
    ledger_path: Path
    profile: Profile
    env: Mapping[str, str] = field(repr=False)
    ledger_url: str = field(default="", repr=False)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where a campaign's files may be: ours first, so that a project's own win."""
        return (self.package_dir, self.project_dir)


def load(target: str | None = None, env: Mapping[str, str] | None = None) -> Config:
    """
    Read the project around the working directory.

    Raises:
        ConfigError: It is missing something; the message says what.
    """
    env = os.environ if env is None else env
    project_dir = _project_dir()
    project = _yaml(project_dir / "dbt_project.yml")
    ledger, url = _ledger(env.get("OTT_LEDGER", ""))
    return Config(
        project_dir=project_dir,
        package_dir=_package_dir(project_dir, project),
        target_dir=project_dir / env.get("DBT_TARGET_PATH", "target"),
        # Its locks have its name: by a link it would have two.
        ledger_path=(project_dir / ledger).resolve(),
        profile=_profile(str(project.get("profile", "ott")), project_dir, target, env),
        env=env,
        ledger_url=url,
    )


def _ledger(given: str) -> tuple[str, str]:
    """Tell the ledger's file, or the file its locks are named after, and its URL."""
    if given.startswith(LEDGER_URLS):
        return ".ott/ledger.postgres", given
    # A slash too few would make a new ledger of it, in a folder that has its password.
    if "://" in given or given.lower().startswith(("postgresql:", "postgres:")):
        raise ConfigError("OTT_LEDGER is a path or a postgresql:// URL. Correct it.")
    return given or ".ott/ledger.sqlite", ""


def _project_dir() -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "dbt_project.yml").is_file():
            return folder
    raise ConfigError("No dbt_project.yml here. Go to the project's folder.")


def _package_dir(project_dir: Path, project: Mapping[str, Any]) -> Path:
    folder = project.get("packages-install-path") or "dbt_packages"
    installed = project_dir / str(folder) / PACKAGE
    return installed if installed.is_dir() else project_dir


def _profiles_file(project_dir: Path, env: Mapping[str, str]) -> Path:
    if given := env.get("DBT_PROFILES_DIR"):
        return project_dir / given / "profiles.yml"
    here = project_dir / "profiles.yml"
    # Who has no home has none of dbt's folders in it.
    with suppress(RuntimeError):
        return here if here.is_file() else Path.home() / ".dbt" / "profiles.yml"
    return here


def _profile(
    name: str, project_dir: Path, target: str | None, env: Mapping[str, str]
) -> Profile:
    path = _profiles_file(project_dir, env)
    if not path.is_file():
        raise ConfigError("No profiles.yml. Copy profiles.example.yml to profiles.yml.")
    profile = _yaml(path).get(name)
    if not isinstance(profile, dict):
        raise ConfigError(f"profiles.yml has no profile {name}. Add it.")
    render = _Renderer(path.parent, env)
    chosen = target or env.get("DBT_TARGET") or render(profile.get("target", "default"))
    outputs = profile.get("outputs") or {}
    if not isinstance(outputs, dict):
        raise ConfigError(f"The outputs of profile {name} are no targets. Correct it.")
    if not isinstance(chosen, str | int):
        raise ConfigError(f"The target of profile {name} is no name. Correct it.")
    if chosen not in outputs:
        raise ConfigError(f"profiles.yml has no target {chosen}. Choose with --target.")
    if not isinstance(outputs[chosen], dict):
        raise ConfigError(f"Target {chosen} says nothing. Correct profiles.yml.")
    return _target(str(chosen), render(outputs[chosen]))


def _target(name: str, output: dict[str, Any]) -> Profile:
    kind, schema = str(output.get("type", "")), str(output.get("schema", "main"))
    if kind == "postgres":
        return _server(name, output)
    if kind == "spark":
        return _thrift(name, output)
    if not kind:
        raise ConfigError(f"Target {name} has no type. Set it in profiles.yml.")
    settings = {str(key): str(value) for key, value in _items(output.get("settings"))}
    path = str(output.get("path", ""))
    if kind == "duckdb" and not path:
        raise ConfigError(f"Target {name} has no path. Set it in profiles.yml.")
    return Profile(name, kind, schema, path, settings=settings)


def _server(name: str, output: dict[str, Any]) -> Profile:
    # Both names of each, as dbt takes them.
    given: dict[str, Any] = {
        "password": output.get("pass"),
        "dbname": output.get("database"),
        "port": 5432,
    } | _said(output)
    _need(name, given, "host", "user", "dbname", "schema")
    return _asked_at(name, "postgres", given, SERVER_SETTINGS)


def _thrift(name: str, output: dict[str, Any]) -> Profile:
    given: dict[str, Any] = {"port": 10000, "user": "", "dbname": ""} | _said(output)
    if given.get("method") != "thrift":
        raise ConfigError(f"Target {name} is no Thrift server. Only such are read.")
    _need(name, given, "host", "schema")
    return _asked_at(name, "spark", given, THRIFT_SETTINGS)


def _said(output: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in output.items() if value not in (None, "")}


def _need(name: str, given: Mapping[str, Any], *keys: str) -> None:
    for key in keys:
        if not given.get(key):
            raise ConfigError(f"Target {name} has no {key}. Set it in profiles.yml.")


def _asked_at(
    name: str, kind: str, given: Mapping[str, Any], settings: Sequence[str]
) -> Profile:
    if not str(given["port"]).isdecimal() or not int(given["port"]):
        raise ConfigError(f"The port of target {name} is no number. Correct it.")
    return Profile(
        target=name,
        type=kind,
        schema=str(given["schema"]),
        host=str(given["host"]),
        port=int(given["port"]),
        user=str(given["user"]),
        password=str(given.get("password") or ""),
        dbname=str(given["dbname"]),
        settings={key: str(given[key]) for key in settings if key in given},
    )


def _items(value: object) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _yaml(path: Path) -> dict[str, Any]:
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        raise ConfigError(f"{path.name} is unreadable. Correct it.") from None
    return read if isinstance(read, dict) else {}


class _Renderer:
    """Renders env_var(name, default) and flags.PROFILES_DIR, as dbt does."""

    def __init__(self, profiles_dir: Path, env: Mapping[str, str]) -> None:
        self._jinja = jinja2.Environment(  # noqa: S701 - YAML values, not HTML.
            undefined=jinja2.StrictUndefined
        )
        # dbt's own filters say what YAML makes of a text; here it is made later.
        for name in ("as_bool", "as_native", "as_number", "as_text"):
            self._jinja.filters[name] = str
        self._names = {
            "env_var": self._env_var,
            "flags": {"PROFILES_DIR": str(profiles_dir)},
        }
        self._env = env

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self(item) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        try:
            return self._jinja.from_string(value).render(self._names)
        except ConfigError:
            raise
        except Exception:  # noqa: BLE001 - a template may fail in every way there is.
            raise ConfigError(
                "A value in profiles.yml uses more than env_var(), or uses it wrongly. "
                "Correct it."
            ) from None

    def _env_var(self, name: str, default: str | None = None) -> str:
        if (value := self._env.get(name, default)) is None:
            raise ConfigError(f"profiles.yml needs {name}. Set it.")
        return str(value)
