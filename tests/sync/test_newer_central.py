"""Answers of a central that is newer than this terminal: what it does not know is passed by, and bytes are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.domain.allotment import Gid, SignedGrant
from kiosk.domain.errors import CentralRefused
from kiosk.domain.events import AnyEvent, GrantAccepted
from kiosk.services.allotments import Allotments
from kiosk.services.differences import applied
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.store import Store
from sync.proof import checked
from sync.pull import PullAllotments, PullCatalogue
from sync.wire import Changes, JournalBatch
from tests.conftest import SettableClock
from tests.small_catalogue import small_catalogue
from tests.sync.scripted import NOW, Answer, ScriptedCentral

NEWER: dict[str, Any] = json.loads((Path(__file__).parents[1] / "fixtures" / "wire" / "newer.json").read_text())


def text(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def test_a_newer_acknowledgement_counts_and_is_kept_with_all_it_says(scripted: ScriptedCentral) -> None:
    unsigned = text({**NEWER["ack"], "signature": ""})
    signature = scripted.issuer_key.sign(unsigned).hex()
    answer = unsigned.replace(b'"signature":""', f'"signature":"{signature}"'.encode())
    scripted.answer = lambda *_: (200, "application/json", answer)
    client = scripted.client()
    ack = client.journal(JournalBatch(14, 1, ()))
    assert (ack.accepted_seq, ack.epoch, ack.forked) == (7, 1, False)
    assert json.loads(client.proof)["ack"].encode() == answer
    assert checked(client.proof, scripted.enrolment().root_key) == ack


def test_a_newer_grant_is_taken_and_its_text_goes_into_the_journal_as_it_came(
    scripted: ScriptedCentral, terminal_store: Store, clock: SettableClock
) -> None:
    body = text({**NEWER["grant"], "not_after": NOW + 86_400}).decode()
    signature = scripted.issuer_key.sign(b"KGRANT1" + body.encode()).hex()
    reply = {**NEWER["allotments"], "grants": [{"body": body, "signature": signature, "zone": 4}]}
    scripted.answer = lambda *_: (200, "application/json", text(reply))
    allotments = Allotments(terminal_store, 14, 1, 1, scripted.issuer_key.public_key(), clock)
    PullAllotments(scripted.client(), terminal_store, allotments, lambda: []).run()
    events = [msgspec.json.decode(each.body, type=AnyEvent) for each in terminal_store.journal.records(0, 10)]
    assert events[0] == GrantAccepted(grant=SignedGrant(body, signature))
    assert terminal_store.last_gid == Gid(1, 1)
    assert terminal_store.free(101) == [0b0100] * 4, "the recall in the same answer was understood"


def test_a_newer_catalogue_is_sold_from(scripted: ScriptedCentral, tmp_path: Path) -> None:
    value = msgspec.to_builtins(small_catalogue())
    value |= {"weather": {"today": "rain"}}
    for place in value["stop_places"]:
        place["lifts"] = [1, 2]
    for each in value["service_journeys"]:
        each["calls"] = [[*call, "request stop"] for call in each["calls"]]

    def answer(method: str, path: str, body: bytes) -> Answer:
        return 200, "application/json", text(value)

    scripted.answer = answer
    store = CatalogueStore(tmp_path, bytes(32))
    assert PullCatalogue(scripted.client(), store).run() is True
    info = store.info()
    assert info is not None and info.version == small_catalogue().version
    place = store.stop_place(small_catalogue().stop_places[0].id)
    assert place == small_catalogue().stop_places[0]
    store.close()


def test_newer_changes_are_read_for_what_is_known_of_them() -> None:
    reply = msgspec.json.decode(text(NEWER["changes"]), type=Changes)
    assert reply.cursor == "1.9" and not reply.more and len(reply.changes) == 4
    fresh = applied(None, reply.changes, 1, 9)
    assert fresh.revoked_tickets == ("0009010000000001",)
    assert fresh.revoked_incarnations == ((9, 1, 1_790_000_000),)
    assert fresh.revocation_version == 3


def test_a_newer_problem_keeps_its_code(scripted: ScriptedCentral) -> None:
    scripted.answer = lambda *_: (418, "application/json", text(NEWER["problem"]))
    with pytest.raises(CentralRefused, match="let it cool down") as refused:
        scripted.client().journal(JournalBatch(14, 1, ()))
    assert (refused.value.code, refused.value.status) == ("too_hot", 418)
