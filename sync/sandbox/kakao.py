"""KakaoTalk: NHN Cloud, by whom messages to numbers go, and Kakao's own bots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.sandbox.kakao_bot import BotApi
from sync.sandbox.nhn import NhnApi

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from sync.sandbox.world import Settings, World


class Kakao(NhnApi):
    """NHN Cloud, and beside it the bots, with a key and refusals of their own."""

    def __init__(self, world: World, settings: Settings) -> None:
        """Begin with nothing said."""
        super().__init__(world, settings)
        self.bots = BotApi(world, settings)

    def routes(self) -> Iterable[web.RouteDef]:
        """Name the routes of both."""
        return (*super().routes(), *self.bots.routes())


PROVIDER = Kakao
