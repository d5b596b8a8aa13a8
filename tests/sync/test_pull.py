"""What comes down: catalogue, allotments, gate manifest, certificate; and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from kiosk.domain.allotment import Block, Gid, Grant, SignedGrant
from kiosk.domain.errors import CatalogueRefused, CentralRefused, CentralUnreachable
from kiosk.domain.events import AnyEvent, CellsReleased
from kiosk.services.allotments import Allotments
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import Store
from sync.pull import WANTS_MAX, PullAllotments, PullCatalogue, PullGate, Renew
from sync.wire import AllotmentReply, AllotmentRequest, CertificateReply, GateManifest, Recall, Want
from tests.conftest import SettableClock
from tests.small_catalogue import small_catalogue
from tests.sync.scripted import NOW, Answer, ScriptedCentral, json_answer


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[CatalogueStore]:
    store = CatalogueStore(tmp_path, bytes(32))
    yield store
    store.close()


def test_a_catalogue_is_fetched_once_and_then_only_when_it_changed(
    scripted: ScriptedCentral, catalogue: CatalogueStore
) -> None:
    scripted.serve_cached("/v1/catalogue", small_catalogue(version=1), '"v1"')
    pull = PullCatalogue(scripted.client(), catalogue)
    assert pull.run() is True
    assert catalogue.etag() == '"v1"'
    assert pull.run() is False
    scripted.serve_cached("/v1/catalogue", small_catalogue(version=2), '"v2"')
    assert pull.run() is True
    info = catalogue.info()
    assert info is not None
    assert info.version == 2


def test_a_refused_catalogue_is_not_fetched_over_and_over(scripted: ScriptedCentral, catalogue: CatalogueStore) -> None:
    scripted.serve_cached("/v1/catalogue", small_catalogue(version=1), '"v1"')
    pull = PullCatalogue(scripted.client(), catalogue)
    pull.run()
    scripted.serve_cached("/v1/catalogue", small_catalogue(version=2, journeys=()), '"v2"')
    with pytest.raises(CatalogueRefused):
        pull.run()
    assert pull.run() is False
    assert scripted.statuses[-1] == 304
    assert catalogue.etag() == '"v1"'
    scripted.serve_cached("/v1/catalogue", small_catalogue(version=3), '"v3"')
    assert pull.run() is True
    assert catalogue.kept_aside() is None


def test_sold_journeys_are_named_to_the_catalogue(scripted: ScriptedCentral, catalogue: CatalogueStore) -> None:
    scripted.serve_cached("/v1/catalogue", small_catalogue(version=1), '"v1"')
    pull = PullCatalogue(scripted.client(), catalogue, in_use=lambda: [103])
    pull.run()
    fewer = tuple(each for each in small_catalogue().journeys if each.id not in (103, 104))
    scripted.serve_cached("/v1/catalogue", small_catalogue(version=2, journeys=fewer), '"v2"')
    pull.run()
    assert catalogue.journey(103) is not None
    assert catalogue.journey(104) is None


def signed(
    scripted: ScriptedCentral, n: int, *, epoch: int = 1, not_after: int = NOW + 86_400, **changes: int
) -> SignedGrant:
    grant = Grant(Gid(epoch, n), 14, 1, 101, (Block.of(0, 4, 0b1100),), not_after)
    body = msgspec.json.encode(msgspec.structs.replace(grant, **changes)).decode()
    return SignedGrant(body, scripted.issuer_key.sign(b"KGRANT1" + body.encode()).hex())


class Selling:
    """Allotments of a terminal against scripted replies."""

    def __init__(self, scripted: ScriptedCentral, store: Store, clock: SettableClock) -> None:
        self.scripted = scripted
        self.store = store
        self.replies: list[AllotmentReply] = []
        self.asked: list[AllotmentRequest] = []
        self.allotments = Allotments(store, 14, 1, 1, scripted.issuer_key.public_key(), clock)
        self.step = PullAllotments(scripted.client(), store, self.allotments, lambda: [Want(101, "second", 0, 4, 0, 8)])
        scripted.answer = self._answer

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        self.asked.append(msgspec.json.decode(body, type=AllotmentRequest))
        return json_answer(self.replies.pop(0))


@pytest.fixture
def selling(scripted: ScriptedCentral, terminal_store: Store, clock: SettableClock) -> Selling:
    return Selling(scripted, terminal_store, clock)


def test_granted_places_are_in_hand_once_however_often_they_come(selling: Selling) -> None:
    grant = signed(selling.scripted, 1)
    selling.replies = [AllotmentReply((grant,), 1), AllotmentReply((grant,), 1), AllotmentReply((), 1)]
    assert selling.step.run() is True
    assert selling.store.free(101) == [0b1100] * 4
    assert selling.step.run() is False  # the same grant again: the first answer may have been lost
    assert selling.step.run() is False
    assert selling.store.journal.head()[0] == 1
    assert [request.last_gid for request in selling.asked] == [Gid(0, 0), Gid(1, 1), Gid(1, 1)]
    assert selling.asked[0].wants == (Want(101, "second", 0, 4, 0, 8),)


def test_a_grant_of_another_or_unsigned_is_refused(selling: Selling) -> None:
    good = signed(selling.scripted, 1)
    for bad in (
        signed(selling.scripted, 1, terminal_id=15),
        signed(selling.scripted, 1, incarnation=2),
        SignedGrant(good.body.replace("101", "102"), good.signature),
    ):
        selling.replies = [AllotmentReply((bad,), 1)]
        with pytest.raises(CentralRefused):
            selling.step.run()
    assert selling.store.free(101) is None


def test_an_old_central_grants_nothing(selling: Selling) -> None:
    selling.replies = [AllotmentReply((signed(selling.scripted, 1, epoch=2),), 2)]
    selling.step.run()
    selling.replies = [AllotmentReply((signed(selling.scripted, 7, epoch=1),), 1)]
    with pytest.raises(CentralUnreachable, match="epoch 1, central is at 2"):
        selling.step.run()
    assert selling.store.last_gid == Gid(2, 1)


def test_ended_leases_go_back_before_more_is_asked(selling: Selling, clock: SettableClock) -> None:
    selling.replies = [AllotmentReply((signed(selling.scripted, 1),), 1), AllotmentReply((), 1)]
    selling.step.run()
    clock.forward(2 * 86_400)
    assert selling.step.run() is True  # the release is news for central
    assert selling.store.free(101) in ([0] * 4, None, [])
    assert [record.kind for record in selling.store.journal.records(0, 10)] == ["GrantAccepted", "CellsReleased"]


def test_what_is_recalled_goes_back_and_the_rest_stays(selling: Selling) -> None:
    recall = Recall(101, "second", 1, 4, 1)
    grant = signed(selling.scripted, 1)
    selling.replies = [AllotmentReply((grant,), 1, (recall,)), AllotmentReply((), 1, (recall,)), AllotmentReply((), 1)]
    assert selling.step.run() is True
    assert selling.store.free(101) == [0b1100, 0b100, 0b100, 0b100]
    assert selling.step.run() is False, "the same hint again changes nothing"
    record = selling.store.journal.records(1, 10)[0]
    event = msgspec.json.decode(record.body, type=AnyEvent)
    assert isinstance(event, CellsReleased)
    assert (event.gid, event.blocks, event.reason) == (Gid(1, 1), (Block.of(1, 4, 0b1000),), "recalled")
    selling.replies = [AllotmentReply((), 1, (msgspec.structs.replace(recall, keep=0, places="4"),))]
    selling.step.run()
    assert selling.store.free(101) == [0b1100, 0, 0, 0]


def test_a_recall_is_about_its_class_and_about_free_places(selling: Selling) -> None:
    selling.step = PullAllotments(
        selling.scripted.client(), selling.store, selling.allotments, lambda: [], lambda journey_id, place_class: 0b1000
    )
    recalls = (Recall(101, "first", 0, 4, 0), Recall(999, "first", 0, 4, 0))
    selling.replies = [AllotmentReply((signed(selling.scripted, 1),), 1, recalls)]
    assert selling.step.run() is True
    assert selling.store.free(101) == [0b0100] * 4


def test_long_lists_of_wants_are_sent_in_parts(selling: Selling) -> None:
    left = [Want(n, "second", 0, 4, 0, 8) for n in range(1, WANTS_MAX + 3)]

    def asked(wants: Sequence[Want]) -> None:
        left[:] = [want for want in left if want not in wants]

    selling.step = PullAllotments(
        selling.scripted.client(), selling.store, selling.allotments, lambda: left, asked=asked
    )
    selling.replies = [AllotmentReply((), 1), AllotmentReply((), 1)]
    assert selling.step.run() is True
    assert len(left) == 2
    assert selling.step.run() is False
    assert [len(request.wants) for request in selling.asked] == [WANTS_MAX, 2]


def test_a_gate_takes_its_manifest_with_the_etag(scripted: ScriptedCentral) -> None:
    taken: list[tuple[GateManifest, str]] = []
    manifest = GateManifest(1, 1, ("aa",), ("bb",), (), 1, (), ())
    scripted.serve_cached("/v1/gate", manifest, '"g1"')
    pull = PullGate(scripted.client(), lambda: taken[-1][1] if taken else "", lambda *manifest: taken.append(manifest))
    pull.run()
    pull.run()
    assert taken == [(manifest, '"g1"')]


def test_a_certificate_is_renewed_at_half_its_life(scripted: ScriptedCentral, clock: SettableClock) -> None:
    enrolment = scripted.enrolment()
    reply = CertificateReply(enrolment.certificate, enrolment.issuer_certificate)
    scripted.answer = lambda *_: json_answer(reply)
    renewed: list[CertificateReply] = []
    renew = Renew(scripted.client(), "ab", lambda: (NOW, NOW + 1000), renewed.append, clock)
    clock.time = NOW + 499
    renew.run()
    assert (renewed, scripted.requests) == ([], [])
    clock.time = NOW + 500
    renew.run()
    assert renewed == [reply]
