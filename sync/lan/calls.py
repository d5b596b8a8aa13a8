"""Whom to call, and when again: every gate once, the lower number calls first, silence makes the waits longer."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kiosk.domain.passages import Author

AGAIN_S, AGAIN_MAX_S = 1.0, 15.0
LET_LOWER_CALL_S = 3.0

Address = tuple[str, int]


class Calls:
    """The address book of one gate. `now` is monotonic."""

    def __init__(self, me: Author, peers: Collection[Address]) -> None:
        self._me, self._peers = me, peers
        self._ours: set[Address] = set()  # addresses that turned out to be this gate
        self._at: dict[Address, Author] = {}  # who answered where
        self._calling: set[Address] = set()
        self._next: dict[Address, tuple[float, float]] = {}  # when, and how long to wait after that

    def due(self, linked: Collection[Author], heard: Mapping[Author, Collection[Address]], now: float) -> list[Address]:
        """Addresses to call now; each counts as being called until `ended`. `heard`: where beacons came from."""
        wanted = [address for address in self._peers if self._at.get(address) not in linked]
        for author, addresses in heard.items():
            if author not in linked and author != self._me:
                for address in addresses:
                    first = now + (0.0 if self._me < author else LET_LOWER_CALL_S)
                    self._next.setdefault(address, (first, AGAIN_S))
                    wanted.append(address)
        return [address for address in dict.fromkeys(wanted) if self._begin(address, now)]

    def _begin(self, address: Address, now: float) -> bool:
        due, wait_s = self._next.get(address, (now, AGAIN_S))
        if address in self._ours or address in self._calling or now < due:
            return False
        self._next[address] = (now + wait_s, min(2 * wait_s, AGAIN_MAX_S))
        self._calling.add(address)
        return True

    def ended(self, address: Address) -> None:
        """The call came to something or not."""
        self._calling.discard(address)

    def answered(self, address: Address, author: Author) -> bool:
        """A gate answered there; False when it is this one."""
        self._at[address] = author
        self._next.pop(address, None)
        if author == self._me:
            self._ours.add(address)
        return author != self._me
