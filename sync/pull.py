"""What comes down: the catalogue, places to sell, what a gate must know, a fresh certificate. Each is one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.domain.errors import CentralUnreachable
from kiosk.ports import Clock
from kiosk.services.allotments import Allotments
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import Store
from sync.client import CentralClient
from sync.wire import AllotmentRequest, CertificateReply, CertificateRequest, GateManifest, Want

WANTS_MAX = 2000  # of one request; the nearest departures come first


class PullCatalogue:
    """Takes over a new catalogue. One that is refused (CatalogueRefused) is not fetched again and again."""

    def __init__(
        self,
        client: CentralClient,
        catalogue: CatalogueStore,
        in_use: Callable[[], Sequence[int]] = tuple,
    ) -> None:
        self._client = client
        self._catalogue = catalogue
        self._in_use = in_use

    def run(self) -> bool:
        """True when there is a new version: wants depend on it."""
        waiting = self._catalogue.kept_aside()
        answer = self._client.catalogue(waiting.etag if waiting else self._catalogue.etag())
        if answer is None:
            return False
        catalogue, etag = answer
        self._catalogue.replace(catalogue, etag, keep=self._in_use())
        return True


class PullAllotments:
    """Gives ended leases back, asks for places, takes over what was granted (also if an answer got lost before)."""

    def __init__(
        self, client: CentralClient, store: Store, allotments: Allotments, wants: Callable[[], Sequence[Want]]
    ) -> None:
        self._client = client
        self._store = store
        self._allotments = allotments
        self._wants = wants

    def run(self) -> bool:
        """True when cells came or went: both are news for central."""
        released = self._allotments.release_expired()
        head, _ = self._store.journal.head()
        request = AllotmentRequest(tuple(self._wants())[:WANTS_MAX], self._store.last_gid, head)
        reply = self._client.allotments(request)
        if reply.epoch < self._allotments.epoch:
            raise CentralUnreachable(
                f"the answer is of epoch {reply.epoch}, central is at {self._allotments.epoch}: an old central answers"
            )
        self._allotments.adopt_epoch(reply.epoch)
        return bool(self._allotments.accept(reply.grants) or released)


class PullGate:
    """Fetches certificates, revocations and the lease map; `take` makes them durable with their etag.

    `confirm` hears that what was taken is still right.
    """

    def __init__(
        self,
        client: CentralClient,
        etag: Callable[[], str],
        take: Callable[[GateManifest, str], object],
        confirm: Callable[[], object] = lambda: None,
    ) -> None:
        self._client = client
        self._etag = etag
        self._take = take
        self._confirm = confirm

    def run(self) -> bool:
        answer = self._client.gate(self._etag())
        if answer is not None:
            self._take(*answer)
        else:
            self._confirm()
        return False


class Renew:
    """Fetches a fresh certificate once half of the life of the present one is over."""

    def __init__(
        self,
        client: CentralClient,
        public_key: str,
        life: Callable[[], tuple[int, int]],
        renewed: Callable[[CertificateReply], object],
        clock: Clock,
    ) -> None:
        self._client = client
        self._public_key = public_key
        self._life = life
        self._renewed = renewed
        self._clock = clock

    def run(self) -> bool:
        not_before, not_after = self._life()
        if self._clock.now() >= (not_before + not_after) / 2:
            self._renewed(self._client.certificate(CertificateRequest(self._public_key)))
        return False
