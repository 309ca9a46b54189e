"""
A WeChat service account: one stable token, three kinds of message, receipts in XML.

Rules: the pages "Get stable version interface call credentials", "Send template
messages", "Send a subscription notification" and "Send customer service messages"
(developers.weixin.qq.com/doc/service, 2026). Not published: what a repeated
`client_msg_id` is answered (here the first answer again), and whether a notice has a
`msgid` (here it has). Windows are not kept; a fault refuses.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.sandbox.errors import Refusal
from sync.sandbox.listings import listed
from sync.sandbox.providers import handler
from sync.sandbox.world import Accepted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sync.sandbox.answers import Arrival
    from sync.sandbox.world import Settings, World

    Take = Callable[[web.Request, Arrival], Awaitable[web.Response]]

OPENID = re.compile("[A-Za-z0-9_-]+")
APP_ID = re.compile("wx[0-9a-f]{16}")
TOKEN_SECONDS = 7200
KEY_SECONDS = 600.0
KEY_BYTES = 64
ACCOUNT = "gh_1"
MESSAGE_TYPES = ("text", "msgmenu", "image", "voice", "video", "music", "news")
WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40008: "invalid message type",
    40013: "invalid appid",
    40033: "invalid charset. please check your request, if include \\uxxxx will fail",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    41001: "access_token missing",
    43101: "user refuse to accept the msg",
    44004: "empty content",
    45011: "api minute-quota reach limit must slower retry next minute",
    45067: "clientmsgid size out of limit",
    47001: "data format error",
    47003: "argument invalid! data.value is empty",
}
TAKEN = {"errcode": 0, "errmsg": "ok"}


class WeChatError(Refusal):
    """WeChat's refusal of one request; HTTP knows nothing of it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"wechat {code}", 200, WORDS.get(code, "asked for by a fault"))
        self.code = code

    def body(self) -> dict[str, Any]:
        """Say it in WeChat's shape."""
        words = f"{self.details} rid: {uuid.uuid4().hex[:8]}"
        return {"errcode": self.code, "errmsg": words}


class WeChatApi:
    """One service account; its token is the same until somebody forces another."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with no token given and nothing sent."""
        self.world = world
        self.secret = settings.secret("OTT_WECHAT_APP_SECRET")
        self.undelivered = settings.undelivered
        self.catalogue = settings.templates
        self.token = ""
        self.sent: dict[tuple[str, str], tuple[float, int]] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """Name its routes."""
        message = "/wechat/cgi-bin/message"
        templates = "/wechat/cgi-bin/template/get_all_private_template"
        return (
            web.get(templates, handler(self, self.templates)),
            web.post("/wechat/cgi-bin/stable_token", self.stable_token),
            web.post(f"{message}/custom/send", self._route(self.custom)),
            web.post(f"{message}/template/send", self._route(self.template)),
            web.post(f"{message}/subscribe/bizsend", self._route(self.subscribe)),
        )

    def authenticate(self, request: web.Request) -> None:
        """Raise WeChatError unless the token in the query is the one of now."""
        if not (token := request.query.get("access_token")):
            raise WeChatError(41001)
        if token != self.token:
            raise WeChatError(40001)

    def limited(self) -> WeChatError:
        """Say that the account is too fast."""
        return WeChatError(45011)

    def on_demand(self, value: int) -> WeChatError:
        """Refuse with `value` as the errcode; with 40001 the token is gone."""
        if value == 40001:  # noqa: PLR2004
            self.token = ""
        return WeChatError(value)

    async def stable_token(self, request: web.Request) -> web.Response:
        """Give the token there is, or a first one."""
        try:
            body = json.loads(await request.read())
            force = self._known(body)
        except (ValueError, RecursionError):
            return web.json_response(WeChatError(47001).body())
        except WeChatError as error:
            return web.json_response(error.body())
        if force or not self.token:
            self.token = uuid.uuid4().hex
        given = {"access_token": self.token, "expires_in": TOKEN_SECONDS}
        return web.json_response(given)

    def _known(self, body: object) -> bool:
        match body:
            case {"grant_type": "client_credential", "appid": str(app), **rest}:
                if not APP_ID.fullmatch(app):
                    raise WeChatError(40013)
            case _:
                raise WeChatError(47001)
        if rest.get("secret") != self.secret:
            raise WeChatError(40125)
        return bool(rest.get("force_refresh"))

    async def templates(self, _: web.Request, __: Arrival) -> web.Response:
        """List the account's templates, all at once."""
        return web.json_response({"template_list": listed(self.catalogue, "wechat")})

    async def custom(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take a customer service message: nothing drops a second one."""
        person, body = await _said(request, arrival)
        kind = body.get("msgtype")
        content = body.get(kind) if kind in MESSAGE_TYPES else None
        if not isinstance(content, dict):
            raise WeChatError(40008)
        if not any(content.get(name) for name in ("content", "head_content")):
            raise WeChatError(44004)
        await self.world.take(arrival, Accepted("wechat", None, person, body))
        return web.json_response(TAKEN)

    async def template(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take a template, once for each person and key in 10 minutes."""
        person, body = await _said(request, arrival)
        _check_template(body)
        key = body.get("client_msg_id")
        if key is not None and len(str(key)) > KEY_BYTES:
            raise WeChatError(45067)
        at, number = self.sent.get((person, str(key)), (0.0, 0))
        if key is None or time.monotonic() - at >= KEY_SECONDS or not number:
            taken = Accepted("wechat", key, person, body)
            number = 200_000_000 + (await self.world.take(arrival, taken))[0]
            self.sent[person, str(key)] = (time.monotonic(), number)
            await self._land(person, _finished(number, self._fate(person, key)))
        return web.json_response(TAKEN | {"msgid": number})

    async def subscribe(self, request: web.Request, arrival: Arrival) -> web.Response:
        """Take a subscription notice: nothing drops a second one."""
        person, body = await _said(request, arrival)
        _check_template(body)
        [number] = await self.world.take(
            arrival, Accepted("wechat", None, person, body)
        )
        number += 300_000_000
        fate = self._fate(person, str(number))
        await self._land(person, _notified(str(body["template_id"]), number, fate))
        return web.json_response(TAKEN | {"msgid": number})

    def _route(self, take: Take) -> Any:
        return handler(self, take)

    def _fate(self, person: str, key: str | None) -> bool:
        """Say whether it arrives."""
        return self.world.luck("wechat", person, str(key)) >= self.undelivered

    async def _land(self, person: str, event: str) -> None:
        at = int(self.world.now().timestamp())
        await self.world.land(
            "wechat",
            f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
            f"<FromUserName><![CDATA[{person}]]></FromUserName>"
            f"<CreateTime>{at}</CreateTime>"
            f"<MsgType><![CDATA[event]]></MsgType>{event}</xml>",
        )


async def _said(request: web.Request, arrival: Arrival) -> tuple[str, dict[str, Any]]:
    """Give the person and the body; text must come as it is, not escaped."""
    match arrival.body:
        case {"touser": str(person)}:
            pass
        case _:
            raise WeChatError(47001)
    if b"\\u" in await request.read():
        raise WeChatError(40033)
    if not OPENID.fullmatch(person):
        raise WeChatError(40003)
    return person, dict(arrival.body)


def _check_template(body: dict[str, Any]) -> None:
    if not isinstance(body.get("template_id"), str) or not body["template_id"]:
        raise WeChatError(40037)
    match body.get("data"):
        case dict() as data if all(
            isinstance(item, dict) and item.get("value") for item in data.values()
        ):
            return
    raise WeChatError(47003)


def _finished(number: int, arrives: bool) -> str:  # noqa: FBT001
    status = "success" if arrives else "failed:user block"
    return (
        "<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>"
        f"<MsgID>{number}</MsgID><Status><![CDATA[{status}]]></Status>"
    )


def _notified(template: str, number: int, arrives: bool) -> str:  # noqa: FBT001
    code, status = (0, "success") if arrives else (43101, "user refuse")
    return (
        "<Event><![CDATA[subscribe_msg_sent_event]]></Event>"
        f"<SubscribeMsgSentEvent><List><TemplateId><![CDATA[{template}]]></TemplateId>"
        f"<MsgID>{number}</MsgID><ErrorCode>{code}</ErrorCode>"
        f"<ErrorStatus><![CDATA[{status}]]></ErrorStatus></List></SubscribeMsgSentEvent>"
    )


PROVIDER = WeChatApi


# What the adapter wants to reach this, `{url}` being the sandbox.
SETTINGS = {
    "OTT_WECHAT_BASE_URL": "{url}/wechat",
    "OTT_WECHAT_APP_ID": "wx0123456789abcdef",
    "OTT_WECHAT_APP_SECRET": "sandbox-token",
}
