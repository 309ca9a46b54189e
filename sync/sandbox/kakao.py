"""KakaoTalk: NHN Cloud, who carries messages to numbers, and what Kakao itself has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.sandbox.kakao_bot import BotApi
from sync.sandbox.kakao_channel import ChannelApi
from sync.sandbox.nhn import NhnApi

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from sync.sandbox.world import Settings, World


class Kakao(NhnApi):
    """NHN Cloud, and beside it bots and files, with keys and refusals of their own."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with nothing said."""
        super().__init__(world, settings)
        self.others = (BotApi(world, settings), ChannelApi(world, settings))

    def routes(self) -> Iterable[web.RouteDef]:
        """Name the routes of all."""
        others = [route for api in self.others for route in api.routes()]
        return (*super().routes(), *others)


PROVIDER = Kakao
