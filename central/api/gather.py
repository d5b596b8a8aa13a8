"""Live holds that come while a transaction runs are served together by the next one: many share a commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import anyio
import anyio.to_thread
from sqlalchemy.exc import OperationalError, TimeoutError

from central.context import Context
from central.inventory.live import Answer, Asked, hold
from sync.wire import AllotmentReply

TOGETHER_MAX = 64
log = logging.getLogger(__name__)


class Gather:
    """Live holds, one transaction at a time, in the order in which they came. Lives on the server's event loop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting: list[tuple[Asked, asyncio.Future[AllotmentReply]]] = []
        self._task: asyncio.Task[None] | None = None
        self._one = anyio.CapacityLimiter(1)

    async def ask(self, asked: Asked) -> AllotmentReply:
        """The answer; Refusal, or what the database said."""
        answer: asyncio.Future[AllotmentReply] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._serve())
        return await answer

    async def _serve(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
                asked = [each for each, _ in together]
                answers = await anyio.to_thread.run_sync(self._hold, asked, limiter=self._one)
                for (_, waiting), answer in zip(together, answers, strict=True):
                    if waiting.cancelled():
                        continue  # the caller has left; the grant comes with its next answer
                    if isinstance(answer, BaseException):
                        waiting.set_exception(answer)
                    else:
                        waiting.set_result(answer)
        finally:
            self._task = None

    def _hold(self, asked: Sequence[Asked]) -> Sequence[Answer | Exception]:
        try:
            return hold(self._context, asked)
        except (OperationalError, TimeoutError) as away:
            return [away] * len(asked)
        except Exception as error:
            if len(asked) == 1:
                return [error]
            # Whatever one of them does to the database, the others are served.
            log.exception("%d holds failed together; each is tried alone", len(asked))
            return [answer for each in asked for answer in self._hold([each])]
