"""
Marketing Cloud: tokens, data extension jobs, journey entries, OTT messages, events.

Rules: Salesforce's pages named in the adapter (copies of 2026). A job's status is
missing before it is picked up; results come fifty to a page, in the order of the rows.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

TOKEN_SECONDS = 1079
ROWS, MEMBERS, PAGE = 30_000, 100, 50
CONTACT_BYTES = 255
CODES = {
    401: (40000, "Not Authorized"),
    403: (20000, "Insufficient Privileges"),
    429: (50100, "Too Many Requests"),
    503: (50300, "Service Unavailable"),
    # No status of HTTP: the whole tenant is blocked.
    50200: (50200, "Your requests are temporarily blocked."),
}
# A contact named so is refused by its row, whatever it holds.
REFUSED = re.compile("^refuse-")


class SfmcError(Refusal):
    """Marketing Cloud's refusal of one request."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"sfmc {code}", status, message)
        self.code = code

    def body(self) -> dict[str, Any]:
        """Say it in Marketing Cloud's shape."""
        return {"message": self.details, "errorcode": self.code, "documentation": ""}


@dataclass(slots=True)
class Job:
    """One queued upsert: its results, and how often it was asked for."""

    results: list[dict[str, Any]]
    asked: int = 0


class SfmcApi:
    """One business unit."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with no token given and no row written."""
        self.world = world
        self.secret = settings.secret("OTT_SFMC_CLIENT_SECRET")
        self.undelivered = settings.undelivered
        self.tokens: set[str] = set()
        self.jobs: dict[str, Job] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        self.keys: set[str] = set()

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        job = "/sfmc/data/v1/async/{job}"
        return (
            web.post("/sfmc/v2/token", self.token),
            web.put(
                "/sfmc/data/v1/async/dataextensions/{key}/rows",
                handler(self, self.upsert),
            ),
            web.get(job + "/status", handler(self, self.status)),
            web.get(job + "/results", handler(self, self.results)),
            web.post("/sfmc/interaction/v1/async/events", handler(self, self.enter)),
            web.post("/sfmc/ott/v1/send", handler(self, self.line)),
            web.post(
                "/sfmc/messaging/v1/ott/messages/{key}", handler(self, self.whatsapp)
            ),
            web.get("/_sandbox/sfmc/rows", self.written),
        )

    def authenticate(self, request: web.Request) -> None:
        """Raise SfmcError unless the caller has a token of ours."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            raise SfmcError(401, *CODES[401])

    def limited(self) -> SfmcError:
        """Say that the tenant is too fast."""
        error = SfmcError(429, *CODES[429])
        error.headers = {"Retry-After": "5"}
        return error

    def on_demand(self, value: int) -> SfmcError:
        """Refuse with `value` as the status or as the code."""
        if value == 401:  # noqa: PLR2004
            self.tokens.clear()
        code, message = CODES.get(value, (value, "Asked for by a fault"))
        status = 429 if value == 50200 else value  # noqa: PLR2004
        return SfmcError(status if status in range(400, 600) else 400, code, message)

    async def token(self, request: web.Request) -> web.Response:
        """Give a token for not quite 20 minutes."""
        body = await request.json()
        if body.get("client_secret") != self.secret or not body.get("account_id"):
            return web.json_response({"error": "invalid_client"}, status=401)
        token = uuid.uuid4().hex
        self.tokens.add(token)
        given = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return web.json_response(given | {"access_token": token})

    async def upsert(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Queue rows; what each comes to is told by the job."""
        match arrival.body:
            case {"items": [*items]} if items and len(items) <= ROWS:
                pass
            case _:
                raise SfmcError(400, 10003, "items is missing or too long")
        results = []
        for item in items:
            person = str(item.get("ContactKey") or "") if isinstance(item, dict) else ""
            bad = not person or REFUSED.match(person)
            if not bad:
                self.rows.setdefault(person, {}).update(item)
            wrong = {"errorCode": 5, "message": "Primary key is missing or refused"}
            results.append({"status": "Error", **wrong} if bad else {"status": "OK"})
        job = uuid.uuid4().hex
        self.jobs[job] = Job(results)
        people = [str(i.get("ContactKey")) for i in items if isinstance(i, dict)]
        taken = [Accepted("sfmc", None, person) for person in people]
        await self.world.take(arrival, *taken)
        answer = {"requestId": job, "resultMessages": []}
        return web.json_response(answer, status=202)

    async def status(self, request: web.Request, _: Arrival) -> web.Response:
        """Tell how a job does: nothing at first, then that it is over."""
        name = request.match_info["job"]
        job = self.jobs.get(name)
        answer: dict[str, Any] = {"requestId": name, "resultMessages": []}
        if job is None:
            return web.json_response(answer)
        job.asked += 1
        if job.asked > 1:
            errors = any(result["status"] != "OK" for result in job.results)
            answer["status"] = {
                "requestStatus": "Complete",
                "resultStatus": "Has Errors" if errors else "OK",
                "hasErrors": errors,
                "requestId": name,
            }
        return web.json_response(answer)

    async def results(self, request: web.Request, _: Arrival) -> web.Response:
        """Tell of each row, a page at a time."""
        name = request.match_info["job"]
        job = self.jobs.get(name)
        if job is None:
            raise SfmcError(404, 10006, "No such request")
        page = int(request.query.get("$page", "1"))
        items = job.results[(page - 1) * PAGE : page * PAGE]
        return web.json_response(
            {
                "page": page,
                "pageSize": PAGE,
                "count": len(job.results),
                "items": items,
                "requestId": name,
            }
        )

    async def enter(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Let people into a journey, each of them by itself."""
        match arrival.body:
            case {"eventDefinitionKey": str(key), "members": [*members]} if (
                key and "." not in key and 0 < len(members) <= MEMBERS
            ):
                pass
            case _:
                raise SfmcError(400, 10001, "eventDefinitionKey or members is wrong")
        told, taken = [], []
        for member in members:
            person = str(member.get("contactKey") or "")
            if not person or REFUSED.match(person):
                told.append({"contactKey": person, "errorcode": 10005, "message": "no"})
                continue
            told.append({"contactKey": person, "eventInstanceId": uuid.uuid4().hex})
            data = member.get("data") or {}
            taken.append(Accepted("sfmc", data.get("delivery_key"), person, member))
        await self.world.take(arrival, *taken)
        answer = {
            "requestId": uuid.uuid4().hex,
            "count": len(members),
            "notQueuedCount": len(members) - len(taken),
            "members": told,
        }
        return web.json_response(answer, status=202)

    async def line(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Take one LINE message."""
        match arrival.body:
            case {
                "messageKey": str(key),
                "to": {"ottId": str(person)},
                "message": {"contents": [_, *_]},
            }:
                return await self._message(arrival, key, person, "line")
        raise SfmcError(400, 10001, "messageKey, to or message is wrong")

    async def whatsapp(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take one WhatsApp message of a send definition."""
        match arrival.body:
            case {"definitionKey": str(name), "recipient": {"to": str(person)}} if name:
                key = request.match_info["key"]
                return await self._message(arrival, key, person, "whatsapp")
        raise SfmcError(400, 10001, "definitionKey or recipient is wrong")

    async def _message(
        self, arrival: Arrival, key: str, person: str, kind: str
    ) -> web.Response:
        if key in self.keys:
            raise SfmcError(400, 10004, "messageKey is not unique")
        self.keys.add(key)
        accepted = Accepted("sfmc", key, person, arrival.body)
        await self.world.take(arrival, accepted)
        failed = self.world.luck("sfmc", key) < self.undelivered
        word = "OttNotSent" if failed else "OttSent"
        # In real life this is not always the same: a failure comes later.
        event = {
            "eventCategoryType": f"TransactionalSendEvents.{word}",
            "timestampUTC": int(self.world.now().timestamp() * 1000),
            "senderType": kind,
            "info": {"messageKey": key, "to": person},
        }
        await self.world.land("provider", json.dumps([event]), provider="sfmc")
        answer = {
            "requestId": uuid.uuid4().hex,
            "errorcode": 0,
            "responses": [{"messageKey": key}],
        }
        return web.json_response(answer, status=202)

    async def written(self, _: web.Request) -> web.Response:
        """Show every row that was ever written, by contact."""
        return web.json_response(self.rows)


PROVIDER = SfmcApi


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_SFMC_BASE_URL": "{url}/sfmc",
    "OTT_SFMC_AUTH_URL": "{url}/sfmc",
    "OTT_SFMC_CLIENT_ID": "client",
    "OTT_SFMC_CLIENT_SECRET": "sandbox-token",
    "OTT_SFMC_ACCOUNT_ID": "510000001",
    "OTT_SFMC_DATA_EXTENSION_KEY": "ott_flags",
}
