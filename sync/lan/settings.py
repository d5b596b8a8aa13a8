"""Where the gates of a network are, and what may be known of them."""

from __future__ import annotations

import msgspec

from sync.lan.calls import Address
from sync.lan.gossip import Other
from sync.lan.wire import GROUP, PORT


class LanSettings(msgspec.Struct, frozen=True):
    """Where the gates of one network are. `peers`: fixed addresses; `group` "" = no multicast."""

    interface: str = ""  # address of our network card; "" = any
    group: str = GROUP
    port: int = PORT  # UDP of the group, and TCP unless another one is wanted
    tcp_port: int | None = None  # 0 = any free one
    peers: tuple[Address, ...] = ()


class LanState(msgspec.Struct, frozen=True):
    """What a screen or a person may know of the network."""

    others: tuple[Other, ...] = ()
    port: int = 0
    fault: str = ""  # "" = it works
    refused: dict[str, int] = {}  # facts that were not believed, by why
