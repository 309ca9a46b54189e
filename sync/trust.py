"""Whether a sync table may be sent: by the warehouse's build log, and its shape."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sync.errors import TrustError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.messages import SendRow
    from sync.warehouse import Session

GOOD = frozenset({"success", "pass", "warn"})
SHOWN = 3
SKEW = timedelta(minutes=5)
# A contract's types in the words of DuckDB and of information_schema.
TYPES = {
    "str": {"VARCHAR", "TEXT", "CHARACTER VARYING", "STRING"},
    "int": {"BIGINT"},
    "bool": {"BOOLEAN"},
    "datetime": {"TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE"},
}


@dataclass(frozen=True, slots=True)
class Build:
    """The build that made a sync table."""

    build_id: str
    relation: str
    as_of: datetime
    target: str
    rows: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be proven: `log` vouches for `model`, made by `target`."""

    log: str
    model: str
    row: type[SendRow]
    target: str


def trusted(session: Session, claim: Claim, now: datetime, max_age: timedelta) -> Build:
    """
    Name the build that made the model's table, if it may be sent.

    Raises:
        TrustError: It may not; the message says why.
    """
    relation, newest = _relation(session, claim.log, claim.model, claim.target)
    _check_shape(session.columns(relation), claim.row, relation)
    build_id, rows = _made_by(session, relation)
    build_id = build_id or newest
    as_of, target = _judge(session, claim, build_id, relation)
    build = Build(build_id, relation, as_of, target, rows)
    _check_age(session, build, now, max_age)
    return build


def _relation(session: Session, log: str, model: str, target: str) -> tuple[str, str]:
    query = (
        "select relation_name, build_id, node_id from "  # noqa: S608
        f"{log} where sync_model = ? and node_type = 'model' and target_name = ? "
        "and relation_name is not null and status = 'success' "
        "order by logged_at desc, build_id desc"
    )
    for relation, build_id, node_id in session.rows(query, model, target):
        if str(node_id).rpartition(".")[2] != model:
            continue
        if "replay" in relation:
            raise TrustError(f"{relation} is a replay. Run `dbt build` without as_of.")
        return str(relation), str(build_id)
    raise TrustError(
        f"The build log knows no {model} of target {target}. Run `dbt build` first."
    )


def _check_shape(
    found: Sequence[tuple[str, str]], row: type[SendRow], relation: str
) -> None:
    wanted = [(field.name, str(field.type).split(" |")[0]) for field in fields(row)]
    wrong = [
        name
        for (name, kind), (column, type_) in zip(wanted, found, strict=False)
        if name != column or type_.upper() not in TYPES[kind]
    ]
    if wrong or len(wanted) != len(found):
        place = wrong[0] if wrong else "its number of columns"
        raise TrustError(
            f"{relation} has not the shape of its contract, from {place}. "
            "Run `dbt build` with this version's models."
        )


def _made_by(session: Session, relation: str) -> tuple[str | None, int]:
    query = f"select build_id, count(*) from {relation} group by build_id"  # noqa: S608
    builds = list(session.rows(query))
    if len(builds) > 1 or (builds and not builds[0][0]):
        raise TrustError(
            f"{relation} holds rows of {len(builds)} builds. Run `dbt build` again."
        )
    return (str(builds[0][0]), int(builds[0][1])) if builds else (None, 0)


def _judge(
    session: Session, claim: Claim, build_id: str, relation: str
) -> tuple[datetime, str]:
    """Tell the build's as_of and target, if every node it needed is good."""
    nodes = list(
        session.rows(
            "select node_id, status, as_of, logged_at, target_name "  # noqa: S608
            f"from {claim.log} where build_id = ? and sync_model = ?",
            build_id,
            claim.model,
        )
    )
    if claim.model not in {str(node[0]).rpartition(".")[2] for node in nodes}:
        raise TrustError(
            f"The build log does not know the build of {relation}. Run `dbt build`."
        )
    if bad := sorted(
        {f"{node[0]} ({node[1]})" for node in nodes if node[1] not in GOOD}
    ):
        more = f" and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        raise TrustError(
            f"{relation} was not proven: {', '.join(bad[:SHOWN])}{more}. "
            "Mend it and run `dbt build`."
        )
    as_of, logged_at = _instant(nodes[0][2]), _instant(nodes[0][3])
    target = str(nodes[0][4])
    if as_of > logged_at + SKEW and not is_test(target):
        raise TrustError("The build had a frozen as_of. Run `dbt build` without it.")
    return as_of, target


def _check_age(
    session: Session, build: Build, now: datetime, max_age: timedelta
) -> None:
    query = f"select min(decided_at), max(decided_at) from {build.relation}"  # noqa: S608
    [(first, last)] = session.rows(query)
    oldest = min(build.as_of, _instant(first)) if first else build.as_of
    newest = max(build.as_of, _instant(last)) if last else build.as_of
    if now - oldest > max_age:
        hours = (now - oldest).total_seconds() / 3600
        raise TrustError(
            f"{build.relation} was decided {hours:.1f} hours ago, more than --max-age "
            f"of {max_age.total_seconds() / 3600:g}. Run `dbt build` first."
        )
    if newest > now + SKEW:
        raise TrustError(
            f"{build.relation} was decided in the future. "
            "Check the clock, or the as_of, and run `dbt build`."
        )


def made_in(session: Session, log: str, build_id: str, model: str) -> str | None:
    """Name the relation of a model made in the same build; None if none was."""
    query = (
        f"select distinct node_id, relation_name from {log} "  # noqa: S608
        "where build_id = ? and node_type = 'model' and status = 'success'"
    )
    for node_id, relation in session.rows(query, build_id):
        if str(node_id).rpartition(".")[2] == model and relation:
            return str(relation)
    return None


def is_test(target: str) -> bool:
    """Tell whether a target may have a frozen as_of."""
    return target == "test" or target.startswith("test_")


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))
