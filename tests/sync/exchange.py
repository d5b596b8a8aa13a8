"""A call between terminal and central as something that can be done, made different and judged: for attacks."""

from __future__ import annotations

from kiosk.domain.errors import CentralRefused, CentralUnreachable
from tests.sync.attacked import World

JSON = {"Content-Type": "application/json"}


class Exchange:
    """One kind of call. `path`: what an attack waits for; `signed`: the request names who asks."""

    path = ""
    signed = True
    sealed = True  # the answer is believed for its seal; otherwise for what it is
    request: type | None = None
    reply: type | None = None
    within: tuple[type, ...] = ()  # messages that travel as text in its fields

    def __init__(self, world: World) -> None:
        self.world = world

    def prepare(self) -> None:
        """Something new, so that the next request is another one."""

    def do(self) -> None:
        """What the terminal does; CentralRefused or CentralUnreachable when it came to nothing."""
        raise NotImplementedError

    def invented(self) -> bytes:
        """The body of an answer nobody gave, of the right shape and with bad intent."""
        raise NotImplementedError

    def settle(self) -> None:
        """With the line healed it works, and all that was to arrive has arrived."""
        self.do()
        self.world.seller.push.run()


def outcome(exchange: Exchange) -> str:
    """done, refused (central said no), or no link. Anything else is a fault of the product."""
    try:
        exchange.do()
    except CentralRefused:
        return "refused"
    except CentralUnreachable:
        return "no link"
    return "done"
