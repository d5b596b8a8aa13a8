"""A catalogue in hashed pieces: nothing that arrived is fetched twice, nothing that is wrong is taken over."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import requests

from central.context import Context
from central.publish.pieces import PIECE_BYTES, part
from central.refusal import Refusal
from kiosk.domain.errors import CatalogueRefused, CentralUnreachable
from kiosk.domain.network import StopPlace
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.download import PIECE_MIN, BadPieces, Download, unpacked
from sync.client import CentralClient
from sync.pull import PullCatalogue
from sync.wire import CataloguePieces
from tests.central.world import Terminal, open_railway, railway
from tests.sync.gateway import Gateway


class PoorLine(Gateway):
    """Central behind a line that carries only so many bytes of a catalogue, or changes some of them."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.budget: int | None = None  # bytes until the line is cut
        self.spoil: Callable[[bytes], bytes] = lambda content: content
        self.ranges: list[str] = []
        self.carried = 0

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        status, answered, content = super().carry(method, path, headers, body)
        if status == 206:
            self.ranges.append(headers["Range"])
            content = self.spoil(content)
            if self.budget is not None:
                content, self.budget = content[: self.budget], max(0, self.budget - len(content))
            self.carried += len(content)
        return status, answered, content


@pytest.fixture
def line(context: Context, url: str) -> Iterator[PoorLine]:
    line = PoorLine(url)
    yield line
    line.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "terminal"
    folder.mkdir()
    return folder


def large(seed: int = 1) -> object:
    """A railway whose catalogue does not pack well, so that it has several pieces."""
    chance = random.Random(seed)
    places = tuple(StopPlace(f"x{n}", f"Halt {n}", spellings=(chance.randbytes(40).hex(),)) for n in range(4000))
    source = railway()
    return msgspec.structs.replace(source, stop_places=source.stop_places + places)


class Fetching:
    """A terminal's catalogue on disk that can be restarted."""

    def __init__(self, context: Context, line: PoorLine, folder: Path) -> None:
        self.terminal = Terminal(context)
        self.client = self.terminal.client(line.url)
        self.folder = folder
        self.store = CatalogueStore(folder, bytes(32))

    def run(self) -> bool:
        return PullCatalogue(self.client, self.store).run()

    def restart(self) -> None:
        self.store.close()
        self.store = CatalogueStore(self.folder, bytes(32))

    def parts(self) -> list[Path]:
        return sorted(self.folder.glob("*.part"))

    def close(self) -> None:
        self.client.close()
        self.store.close()


@pytest.fixture
def fetching(context: Context, line: PoorLine, folder: Path) -> Iterator[Fetching]:
    fetching = Fetching(context, line, folder)
    yield fetching
    fetching.close()


def size_of(client: CentralClient) -> int:
    plan = client.pieces()
    assert plan is not None
    return plan.size_bytes


def test_a_cut_download_goes_on_where_it_was_also_after_restarts(
    context: Context, line: PoorLine, fetching: Fetching
) -> None:
    catalogue = open_railway(context, large())
    whole = size_of(fetching.client)
    assert whole > 3 * PIECE_BYTES
    tries = 0
    while fetching.store.info() is None:
        line.budget = 50_000
        tries += 1
        try:
            assert fetching.run() is True
        except CentralUnreachable:
            assert fetching.store.etag() == ""
            fetching.restart()
    info = fetching.store.info()
    assert info is not None and info.version == catalogue.version
    assert tries == -(-whole // 50_000)
    assert line.carried == whole, "no byte was sent twice"
    assert fetching.parts() == [] and fetching.run() is False


def test_what_was_damaged_on_the_disk_is_fetched_again_and_nothing_else(
    context: Context, line: PoorLine, fetching: Fetching
) -> None:
    open_railway(context, large())
    whole = size_of(fetching.client)
    line.budget = 3 * PIECE_BYTES + 100
    with pytest.raises(CentralUnreachable):
        fetching.run()
    (kept,) = fetching.parts()
    content = bytearray(kept.read_bytes())
    assert len(content) == 3 * PIECE_BYTES + 100
    content[PIECE_BYTES + 5] ^= 1
    kept.write_bytes(content)
    line.budget, line.ranges, line.carried = None, [], 0
    assert fetching.run() is True
    assert line.ranges == [f"bytes={PIECE_BYTES}-"] and line.carried == whole - PIECE_BYTES


def test_a_piece_damaged_on_the_way_is_asked_for_again(context: Context, line: PoorLine, fetching: Fetching) -> None:
    catalogue = open_railway(context, large())
    spoilt: list[int] = []

    def once(content: bytes) -> bytes:
        if spoilt:
            return content
        spoilt.append(1)
        return content[: PIECE_BYTES + 9] + bytes([content[PIECE_BYTES + 9] ^ 255]) + content[PIECE_BYTES + 10 :]

    line.spoil = once
    assert fetching.run() is True
    assert line.ranges == ["bytes=0-", f"bytes={PIECE_BYTES}-"]
    info = fetching.store.info()
    assert info is not None and info.version == catalogue.version


def test_a_line_that_damages_everything_is_given_up_soon(context: Context, line: PoorLine, fetching: Fetching) -> None:
    open_railway(context, large())
    line.spoil = lambda content: bytes(len(content))
    with pytest.raises(CentralUnreachable, match="damages"):
        fetching.run()
    assert len(line.ranges) == 4 and fetching.store.info() is None


def test_a_newer_catalogue_ends_the_download_of_the_older(context: Context, line: PoorLine, fetching: Fetching) -> None:
    open_railway(context, large(1))
    line.budget = 2 * PIECE_BYTES
    with pytest.raises(CentralUnreachable):
        fetching.run()
    newer = open_railway(context, large(2))
    line.budget = None
    assert fetching.run() is True
    info = fetching.store.info()
    assert info is not None and info.version == newer.version
    assert fetching.parts() == []


def test_a_plan_changed_on_the_way_is_not_followed(context: Context, line: PoorLine, fetching: Fetching) -> None:
    open_railway(context, large())

    class Liar(PoorLine):
        def carry(
            self, method: str, path: str, headers: dict[str, str], body: bytes
        ) -> tuple[int, dict[str, str], bytes]:
            status, answered, content = super().carry(method, path, headers, body)
            if path.endswith("/pieces"):
                answered = {name: value for name, value in answered.items() if name.lower() != "content-encoding"}
                content = content.replace(b'"version":1', b'"version":9')
            return status, answered, content

    liar = Liar(line.target)
    client = fetching.terminal.client(liar.url)
    with pytest.raises(CentralUnreachable, match="central"):
        PullCatalogue(client, fetching.store).run()
    client.close()
    liar.close()


def test_a_refused_catalogue_waits_for_staff_and_leaves_no_part(context: Context, fetching: Fetching) -> None:
    open_railway(context, large())
    assert fetching.run() is True
    open_railway(context)
    with pytest.raises(CatalogueRefused, match="stop places"):
        fetching.run()
    assert fetching.parts() == [] and fetching.run() is False
    fetching.store.confirm_kept_aside()
    assert fetching.run() is False


def test_central_sends_any_range_of_what_it_keeps_and_nothing_else(context: Context, url: str) -> None:
    open_railway(context, large())
    client = Terminal(context).client(url)
    plan = client.pieces()
    assert plan is not None and client.pieces(plan.etag) is None
    client.close()
    with context.engine.connect() as connection:
        body, first, size = part(connection, plan.sha256, "")
        assert (sha256(body).hexdigest(), first, size) == (plan.sha256, 0, plan.size_bytes)
        assert part(connection, plan.sha256, "bytes=10-19")[0] == body[10:20]
        assert part(connection, plan.sha256, f"bytes={size - 3}-{size + 50}")[0] == body[-3:]
        assert gzip.decompress(body)
        for name, wanted, status in (
            ("0" * 64, "", 410),
            (plan.sha256, f"bytes={size}-", 416),
            (plan.sha256, "bytes=-5", 416),
            (plan.sha256, "bytes=5-4,8-9", 416),
        ):
            with pytest.raises(Refusal) as refused:
                part(connection, name, wanted)
            assert refused.value.status == status
    assert requests.get(f"{url}/v1/catalogue/{plan.sha256}", timeout=20).status_code == 401


def planned(body: bytes, **changes: object) -> CataloguePieces:
    pieces = tuple(sha256(body[at : at + PIECE_MIN]).hexdigest() for at in range(0, len(body), PIECE_MIN))
    plan = CataloguePieces(1, '"e"', sha256(body).hexdigest(), len(body), PIECE_MIN, pieces)
    return msgspec.structs.replace(plan, **changes)


def test_plans_without_bounds_are_refused(tmp_path: Path) -> None:
    good = planned(bytes(10_000))
    for changes in (
        {"size_bytes": 1 << 40},
        {"size_bytes": 0},
        {"piece_bytes": 0},
        {"piece_bytes": -1},
        {"pieces": good.pieces[1:]},
        {"sha256": "../../../" + "0" * 55},
    ):
        with pytest.raises(BadPieces):
            Download(tmp_path, msgspec.structs.replace(good, **changes))
    assert list(tmp_path.iterdir()) == []


def test_bytes_may_come_in_any_portions_and_beyond_the_end(tmp_path: Path) -> None:
    body = random.Random(3).randbytes(3 * PIECE_MIN + 77)
    for portion in (1, 1000, PIECE_MIN, 5 * PIECE_MIN):
        download = Download(tmp_path, planned(body))
        sent = body + b"more"
        for at in range(0, len(sent), portion):
            download.add(sent[at : at + portion])
        assert download.complete and download.body() == body
        download.close()
        download.drop()


def test_pieces_that_fit_alone_but_not_together_leave_nothing(tmp_path: Path) -> None:
    body = bytes(10_000)
    download = Download(tmp_path, planned(body, sha256="ab" * 32))
    download.add(body)
    with pytest.raises(BadPieces):
        download.body()
    assert download.have == 0
    download.close()


@pytest.mark.parametrize("bad", [b"", b"plain", gzip.compress(b"x", mtime=0)[:-4], gzip.compress(b"x", mtime=0) + b"y"])
def test_only_one_whole_gzip_member_is_unpacked(bad: bytes) -> None:
    with pytest.raises(BadPieces):
        unpacked(bad)
