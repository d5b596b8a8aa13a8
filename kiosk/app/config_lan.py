"""The configuration of the network of gates: [lan], and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

PORT_MAX = 65535
PORT_WORDS = f"the port must be a number from 1 to {PORT_MAX}"


@dataclass(frozen=True)
class LanSection:
    interface: str = ""
    group: str = "239.255.87.21"
    port: int = 8721
    peers: str = ""
    home: str = ""
    homes: str = ""


def lan_mistakes(section: LanSection) -> list[str]:
    """Addresses of the network of gates."""
    mistakes = []
    if section.interface not in ("", "any") and not _is_ipv4(section.interface):
        mistakes.append(f"[lan] interface = {section.interface!r} must be an IPv4 address of this machine, or any")
    if section.group and not (_is_ipv4(section.group) and IPv4Address(section.group).is_multicast):
        mistakes.append(f"[lan] group = {section.group!r} must be an IPv4 multicast address, such as 239.255.87.21")
    if not 1 <= section.port <= PORT_MAX:
        mistakes.append(f"[lan] port = {section.port}: {PORT_WORDS}")
    for peer in filter(None, (each.strip() for each in section.peers.split(","))):
        host, _, port = peer.rpartition(":")
        if not (host and port.isascii() and port.isdecimal() and 1 <= int(port) <= PORT_MAX):
            mistakes.append(f"[lan] peers: {peer!r} must be HOST:PORT")
    for pair in filter(None, (each.strip() for each in section.homes.split(","))):
        group, _, name = pair.partition("=")
        if not (group.strip().isdecimal() and 0 < int(group) < 256 and name.strip()):
            mistakes.append(f"[lan] homes: {pair!r} must be GROUP=NAME OF A GATE, with a group from 1 to 255")
    if (section.home or section.homes) and not section.interface:
        mistakes.append("[lan] home and homes need an interface: a gate alone cannot ask another")
    return mistakes


def _is_ipv4(words: str) -> bool:
    try:
        IPv4Address(words)
    except ValueError:
        return False
    return True
