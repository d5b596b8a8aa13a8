"""What comes down: the catalogue, places to sell, what a gate must know, a fresh certificate. Each is one step."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import msgspec

from kiosk.domain.catalogue import Catalogue
from kiosk.domain.catalogue_delta import etag_of, patched
from kiosk.domain.errors import CatalogueRefused, CentralRefused, CentralUnreachable
from kiosk.ports import Clock
from kiosk.services.allotments import Allotments
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.catalogue_guard import SHRINK_BY_DELTA
from kiosk.store.download import BadPieces, Download, unpacked
from kiosk.store.store import Store
from sync.client import CentralClient
from sync.pull_gate import PullGate as PullGate
from sync.wire import AllotmentRequest, CataloguePieces, CertificateReply, CertificateRequest, Want

DELTAS_MAX = 31  # steps to the newest catalogue; beyond, the whole is not longer
BAD_MAX = 3  # damaged pieces of one try
log = logging.getLogger(__name__)

WANTS_MAX = 600  # of one request; the nearest departures come first


class PullCatalogue:
    """Takes over a new catalogue. One that is refused (CatalogueRefused) is not fetched again and again.

    Where central keeps the way from the one in hand, only what changed is fetched. Else it comes in pieces that stay on
    the disk: after a cut or a restart only the rest is asked for.
    """

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
        etag = waiting.etag if waiting else self._catalogue.etag()
        try:
            plan = self._client.pieces(etag)
        except CentralRefused as refused:
            if refused.code != "not_found":
                raise
            return self._take(self._client.catalogue(etag))  # an older central has it only in one
        if plan is None:
            return False
        if waiting is None and self._by_deltas(etag, plan.etag):
            return True
        try:
            download = self._catalogue.download(plan)
        except BadPieces as bad:
            raise CentralUnreachable(f"central's answer is not right: {bad}") from None
        try:
            catalogue = self._fetched(download, plan)
        finally:
            download.close()
        try:
            self._take((catalogue, plan.etag))
        except CatalogueRefused:
            download.drop()  # it waits for staff elsewhere
            raise
        download.drop()
        return True

    def _by_deltas(self, etag: str, wanted: str) -> bool:
        """From the catalogue in hand to the newest by what changed; False where the whole must be fetched."""
        catalogue, reached = None, etag
        for _ in range(DELTAS_MAX):
            delta = self._client.delta(reached) if reached else None
            if delta is None or delta.from_etag != reached:
                return False
            catalogue = catalogue or self._catalogue.whole()
            try:
                if catalogue is None or etag_of(catalogue := patched(catalogue, delta)) != delta.etag:
                    raise ValueError("it does not lead to what it says")
            except ValueError as error:
                log.info("the catalogue is fetched whole: a delta does not fit (%s)", error)
                return False
            reached = delta.etag
            if reached == wanted:
                self._catalogue.replace(catalogue, reached, share=SHRINK_BY_DELTA, keep=self._in_use())
                return True
        return False

    def _fetched(self, download: Download, plan: CataloguePieces) -> Catalogue:
        """What is missing, then the whole, proven by central's hashes."""
        bad = 0
        while not download.complete:
            before = download.have
            try:
                for data in self._client.stream(plan.sha256, before):
                    download.add(data)
            except BadPieces as damage:
                bad += 1
                if bad > BAD_MAX:
                    raise CentralUnreachable(f"the line damages what it carries: {damage}") from None
                continue
            if download.have == before:
                raise CentralUnreachable("central sent nothing of the catalogue it named")
        try:
            return msgspec.json.decode(unpacked(download.body()), type=Catalogue)
        except (BadPieces, msgspec.DecodeError) as damage:
            raise CentralUnreachable(f"central's catalogue cannot be read: {damage}") from None

    def _take(self, answer: tuple[Catalogue, str] | None) -> bool:
        if answer is None:
            return False
        self._catalogue.replace(*answer, keep=self._in_use())
        return True


def everything(journey_id: int, place_class: str) -> int:
    """The mask of all places, whatever the class."""
    return -1


class PullAllotments:
    """Gives back what ended and what is recalled, asks for places, takes over what was granted.

    Also what was granted in an answer that got lost. `places_of`: mask of a class's places in a journey. `asked` hears
    which wants were answered, so that they need not be repeated.
    """

    def __init__(
        self,
        client: CentralClient,
        store: Store,
        allotments: Allotments,
        wants: Callable[[], Sequence[Want]],
        places_of: Callable[[int, str], int] = everything,
        asked: Callable[[Sequence[Want]], None] | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._allotments = allotments
        self._wants = wants
        self._places_of = places_of
        self._asked = asked

    def run(self) -> bool:
        """True when cells came or went, which is news for central, and when there is more to ask for."""
        released = self._allotments.release_expired()
        head, _ = self._store.journal.head()
        wants = tuple(self._wants())
        request = AllotmentRequest(wants[:WANTS_MAX], self._store.last_gid, head)
        reply = self._client.allotments(request)
        if reply.epoch < self._allotments.epoch:
            raise CentralUnreachable(
                f"the answer is of epoch {reply.epoch}, central is at {self._allotments.epoch}: an old central answers"
            )
        self._allotments.adopt_epoch(reply.epoch)
        accepted = self._allotments.accept(reply.grants)
        for recall in reply.recalls:
            places = self._places_of(recall.journey_id, recall.place_class)
            if recall.places:
                places &= int(recall.places, 16)
            released += self._allotments.give_back(recall, places)
        if self._asked is not None:
            self._asked(request.wants)
        return bool(accepted or released or (self._asked is not None and len(wants) > WANTS_MAX))


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
