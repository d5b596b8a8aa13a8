"""Whatever stands between answers every call in every wrong way, and central itself says every kind of no: nothing is
dropped for it, and when the way is free everything arrives."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from central.postgres import EmbeddedPostgres
from kiosk.domain.errors import CentralRefused, CentralUnreachable, KioskError
from kiosk.domain.events import Admitted
from kiosk.store.store import Store
from sync.push import Push
from sync.wire import Problem
from tests.sync.attacked import World, attacked
from tests.sync.exchange import JSON, outcome
from tests.sync.exchanges import EXCHANGES
from tests.sync.middle import Reply
from tests.sync.scripted import ScriptedCentral, json_answer

STATUSES = (400, 401, 403, 404, 408, 409, 410, 413, 418, 429, 500, 502, 503, 504)
HTML = {"Content-Type": "text/html"}
PAGE = b"<html>Welcome to the station's Wi-Fi. Please sign in.</html>"
PROBLEM = msgspec.json.encode(Problem("forked", "stop selling", expected_seq=1))
PORTALS = {
    "page": Reply(200, HTML, PAGE),
    "page as json": Reply(200, JSON, PAGE),
    "empty": Reply(200, JSON),
    "empty object": Reply(200, JSON, b"{}"),
    "no content": Reply(204),
    "no type": Reply(200, {}, b"{}"),
    "unchanged": Reply(304, {"ETag": '"x"'}),
    "partial": Reply(206, {**JSON, "Content-Range": "bytes 0-4/5"}, b"hello"),
    "gzip that is none": Reply(200, {**JSON, "Content-Encoding": "gzip"}, b"{}"),
    "unknown encoding": Reply(200, {**JSON, "Content-Encoding": "br"}, b"{}"),
    "sign in here": Reply(302, {**HTML, "Location": "http://127.0.0.1:1/login"}, PAGE),
    "moved for good": Reply(308, {"Location": "http://127.0.0.1:1/"}),
}
ANSWERS = (
    PORTALS
    | {f"{status} page": Reply(status, {**HTML, "Retry-After": "86400000"}, PAGE) for status in STATUSES}
    | {f"{status} problem": Reply(status, JSON, PROBLEM) for status in STATUSES}
)


@pytest.fixture(scope="module")
def world(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacked(server, tmp_path_factory.mktemp("answers"), "answers") as world:
        yield world


@pytest.mark.parametrize("name", EXCHANGES, ids=[name.replace(" ", "_") for name in EXCHANGES])
def test_what_is_not_centrals_is_no_link(world: World, name: str) -> None:
    """Each answer once in central's place, and once after central has done it: the commit whose answer is lost."""
    ex = EXCHANGES[name](world)
    ex.prepare()
    for what, reply in ANSWERS.items():
        # A code is used once; its lost answer is among the threats.
        for central_hears in (False, True) if what in PORTALS and name != "enrol" else (False,):

            def answer(request, reply=reply, hears=central_hears):  # type: ignore[no-untyped-def]
                if hears:
                    world.middle.forward(request)
                return reply

            world.middle.attack(ex.path, answer)
            try:
                got = outcome(ex)
            except KioskError as fault:
                raise AssertionError(f"{what}: {fault}") from fault
            # A gateway that takes small bodies only is believed: half as much is sent then. An enrolment knows no seal.
            allowed = {"no link", "refused"} if reply.status == 413 or name == "enrol" else {"no link"}
            assert got in allowed, what
            assert world.seller.push.forked == ""
    world.middle.leave()
    ex.settle()
    world.check()


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("code", ["forbidden", "bad_record", "gap"])
def test_a_no_of_central_itself_deletes_nothing(
    scripted: ScriptedCentral, terminal_store: Store, status: int, code: str
) -> None:
    """Under its seal: the records stay, selling goes on, and what is asked for by "gap" is sent."""
    terminal_store.journal.append(*(Admitted(ticket_id=f"{n:016x}", journey_id=1, gate="G", at=n) for n in range(5)))
    push = Push(scripted.client(), terminal_store, 14, 1)
    scripted.answer = lambda *_: json_answer(Problem(code, "no", expected_seq=1 if code == "gap" else None), status)
    with pytest.raises((CentralRefused, CentralUnreachable)):
        push.run()
    assert (push.accepted_seq, push.backlog, push.forked) == (0, 5, "")
    assert terminal_store.journal.verify()[0] == 5


def test_a_gateway_cannot_keep_a_terminal_silent_for_a_day(world: World) -> None:
    world.middle.attack("/v1/health", lambda request: Reply(503, {**HTML, "Retry-After": "86400000"}, PAGE))
    with pytest.raises(CentralUnreachable) as unreachable:
        world.client.health()
    world.middle.leave()
    assert unreachable.value.retry_after_s == 3600.0
