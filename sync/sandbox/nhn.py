"""
NHN Cloud's KakaoTalk Bizmessage: AlimTalk and Brand Message, and their webhooks.

Rules: its guides "AlimTalk API v2.3", "Brand Message API v1.0", "Error Code" and
"Webhook" (2026-06-23). What its limit of requests looks like, which of its checks comes
first, and when a key counts as used are not published; here a key counts as used by
whatever passes authentication.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.listings import listed, number
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

MOST = 1000
KEY_LIFE = timedelta(minutes=10)
MOBILE = re.compile(r"01[0-9]{8,9}")
KOREA = timedelta(hours=9)
LENGTHS = {"senderKey": 40, "templateCode": 20, "senderGroupingKey": 100}
BUBBLES = {
    "TEXT": {"content"},
    "IMAGE": {"content", "image"},
    "CAROUSEL_FEED": {"carousel"},
}
WORDS = {
    -1000: "Invalid appKey.",
    -1001: "Invalid secretKey.",
    -1005: "The same 'X-NC-API-IDEMPOTENCY-KEY' was used within the last 10 minute.",
    -1031: "All of receivers are failed to send.",
    -5000: "RecipientNo is invalid.",
    -3049: "The template parameter is not matched to template.",
    -3298: "The targeting is invalid.",
    0: "success",
}
# Delivery results that come later: not a KakaoTalk user, SIM card or no use, blocked.
FATES = ("3019", "3018", "3020")


class NhnError(Refusal):
    """NHN Cloud's refusal of one request, most often in a 200."""

    def __init__(self, code: int, words: str = "", status: int = 200) -> None:
        super().__init__(f"nhn {code}", status, words or WORDS.get(code, "Failed."))
        self.code = code
        self.results: list[dict[str, Any]] = []

    def body(self) -> dict[str, Any]:
        """Say it in NHN Cloud's shape."""
        header = {
            "resultCode": self.code,
            "resultMessage": self.details,
            "isSuccessful": False,
        }
        more = {"message": {"sendResults": self.results}} if self.results else {}
        return {"header": header, **more}


class NhnApi:
    """One appkey with its secret key."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with no key used."""
        self.world = world
        self.app_key = settings.secret("OTT_KAKAO_APP_KEY")
        self.secret_key = settings.secret("OTT_KAKAO_SECRET_KEY")
        self.undelivered = settings.undelivered
        self.catalogue = settings.templates
        self.used: dict[str, datetime] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        alimtalk = "/kakao/alimtalk/v2.3/appkeys/{appkey}/messages"
        brand = "/kakao/brand-message/v1.0/appkeys/{appkey}/freestyle-messages"
        templates = "/kakao/alimtalk/v2.3/appkeys/{appkey}/senders/{sender}/templates"
        return (
            web.get(templates, handler(self, self.templates)),
            web.post(alimtalk, handler(self, self.alimtalk)),
            web.post(brand, handler(self, self.brand)),
        )

    def authenticate(self, request: web.Request) -> None:
        """Raise NhnError unless both keys are ours."""
        if request.match_info["appkey"] != self.app_key:
            raise NhnError(-1000)
        if request.headers.get("X-Secret-Key") != self.secret_key:
            raise NhnError(-1001)

    def limited(self) -> NhnError:
        """Say that the caller is too fast; no such answer is published."""
        return NhnError(-429, "Too many requests.", 429)

    def on_demand(self, value: int) -> NhnError:
        """Refuse the request with `value` as its result code."""
        return NhnError(value)

    async def templates(self, request: web.Request, _: Arrival) -> web.Response:
        """List a sender profile's AlimTalk templates, page by page."""
        found = listed(self.catalogue, "nhn", request.match_info["sender"])
        page, size = number(request, "pageNum", 1), number(request, "pageSize", 15)
        shown = found[(page - 1) * size : page * size]
        header = {"resultCode": 0, "resultMessage": "success", "isSuccessful": True}
        told = {"templates": shown, "totalCount": len(found)}
        return web.json_response({"header": header, "templateListResponse": told})

    async def alimtalk(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take a template for up to 1,000 people, once for each idempotency key."""
        self._use(request.headers.get("X-NC-API-IDEMPOTENCY-KEY"))
        people = _recipients(arrival.body, "senderKey", "templateCode")
        for person in people:
            values = person.get("templateParameter", {})
            if not all(isinstance(value, str) and value for value in values.values()):
                raise NhnError(-3049)
        return await self._take(arrival, people, "ALIMTALK_NORMAL", tells_keys=True)

    async def brand(self, _: web.Request, arrival: Arrival) -> web.Response:
        """Take a free-form message; a repeat is another message."""
        people = _recipients(arrival.body, "senderKey", "chatBubbleType")
        for field in BUBBLES.get(arrival.body["chatBubbleType"], {"chatBubbleType"}):
            if not arrival.body.get(field):
                raise NhnError(-3303, f"{field} is empty.")
        if any(person.get("targeting") not in ("I", "M", "N") for person in people):
            raise NhnError(-3298)
        return await self._take(
            arrival, people, "BRAND_MESSAGE_NORMAL", tells_keys=False
        )

    def _use(self, key: str | None) -> None:
        now = self.world.now()
        if key and now - self.used.get(key, now - KEY_LIFE) < KEY_LIFE:
            raise NhnError(-1005)
        if key:
            self.used[key] = now

    async def _take(
        self,
        arrival: Arrival,
        people: list[dict[str, Any]],
        kind: str,
        *,
        tells_keys: bool,
    ) -> web.Response:
        """Answer for each of the people; the good ones are on their way."""
        good = [p for p in people if MOBILE.fullmatch(str(p.get("recipientNo")))]
        results = [
            _result(number, person, 0 if person in good else -5000, keys=tells_keys)
            for number, person in enumerate(people, start=1)
        ]
        if not good:
            error = NhnError(-1031)
            error.results = results
            raise error
        shared = {k: v for k, v in arrival.body.items() if k != "recipientList"}
        numbers = await self.world.take(
            arrival,
            *(
                Accepted(
                    "kakao",
                    person.get("recipientGroupingKey"),
                    person["recipientNo"],
                    {**shared, **person},
                )
                for person in good
            ),
        )
        request_id = f"{self.world.now() + KOREA:%Y%m%d%H%M%S}ott{numbers[0]}"
        await self._report(arrival.body, request_id, results, kind)
        header = {"resultCode": 0, "resultMessage": "success", "isSuccessful": True}
        message = {"requestId": request_id, "sendResults": results}
        if tells_keys:
            message["senderGroupingKey"] = arrival.body.get("senderGroupingKey")
        return web.json_response({"header": header, "message": message})

    async def _report(
        self, body: Any, request_id: str, results: list[dict[str, Any]], kind: str
    ) -> None:
        """Push what became of each message, in one webhook."""
        korean = f"{self.world.now() + KOREA:%Y-%m-%d %H:%M:%S}"
        people = body["recipientList"]
        hooks = [
            {
                "hookId": f"{request_id}-{result['recipientSeq']}",
                "kakaoMessageType": kind,
                "requestId": request_id,
                "recipientSeq": result["recipientSeq"],
                "requestDate": korean,
                "createDate": korean,
                "receiveDate": korean,
                "recipientNo": result["recipientNo"],
                "resultCode": self._fate(person),
                "senderGroupingKey": body.get("senderGroupingKey"),
                "recipientGroupingKey": person.get("recipientGroupingKey"),
            }
            for result, person in zip(results, people, strict=True)
            if result["resultCode"] == 0
        ]
        payload = {
            "hooksId": f"hooks-{request_id}",
            "webhookConfigId": "sandbox",
            "productName": "KakaoTalk Bizmessage",
            "appKey": self.app_key,
            "event": "MESSAGE_RESULT_UPDATE",
            "hooks": hooks,
        }
        await self.world.land("kakao", json.dumps(payload))

    def _fate(self, person: dict[str, Any]) -> str:
        key = str(person.get("recipientGroupingKey"))
        luck = self.world.luck(key, str(person["recipientNo"]))
        if luck >= self.undelivered:
            return "1000"
        return FATES[int(luck / self.undelivered * len(FATES))]


def _recipients(body: Any, *needed: str) -> list[dict[str, Any]]:
    """Check what both calls need; a refusal here is for the whole request."""
    match body:
        case {"recipientList": [*people]} if people:
            pass
        case _:
            raise NhnError(-4011, "Not found recipientList.")
    if len(people) > MOST:
        raise NhnError(-2004, f"The 'recipientList' must be between 1 and {MOST}.")
    for field in needed:
        if not isinstance(body.get(field), str) or not body[field]:
            raise NhnError(-2001, f"The '{field}' must not be blank.")
    for field, most in LENGTHS.items():
        if len(body.get(field) or "") > most:
            raise NhnError(-2000, f"The '{field}' must be at less than {most}.")
    if not all(isinstance(person, dict) for person in people):
        raise NhnError(4, "Parameter verification failed.")
    return people


def _result(
    number: int, person: dict[str, Any], code: int, *, keys: bool
) -> dict[str, Any]:
    result = {
        "recipientSeq": number,
        "recipientNo": person.get("recipientNo"),
        "resultCode": code,
        "resultMessage": WORDS[code],
    }
    key = {"recipientGroupingKey": person.get("recipientGroupingKey")}
    return {**result, **(key if keys else {})}


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_KAKAO_BASE_URL": "{url}/kakao",
    "OTT_KAKAO_APP_KEY": "sandbox-token",
    "OTT_KAKAO_SECRET_KEY": "sandbox-token",
}
