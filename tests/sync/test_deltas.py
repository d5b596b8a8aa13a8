"""The next catalogue by what changed: exactly the one that central has, else it is fetched whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from central.context import Context
from central.publish.publish import roll_window
from central.publish.published import newest_catalogue
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import CatalogueRefused
from kiosk.store.catalogue import CatalogueStore
from sync.pull import PullCatalogue
from tests.central.world import Terminal, open_railway, railway
from tests.conftest import SettableClock
from tests.sync.gateway import Gateway

DAY = 86_400


class Counted(Gateway):
    """Counts what comes down, by call."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.down: list[tuple[str, int]] = []

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        status, answered, content = super().carry(method, path, headers, body)
        kind = "delta" if "/after/" in path else "plan" if path.endswith("/pieces") else "body"
        if status in (200, 206):
            self.down.append((kind, len(content)))
        return status, answered, content

    def taken(self) -> list[str]:
        taken, self.down = [kind for kind, _ in self.down], []
        return taken


class Fetching:
    def __init__(self, context: Context, url: str, folder: Path) -> None:
        self.line = Counted(url)
        self.client = Terminal(context).client(self.line.url)
        self.store = CatalogueStore(folder, bytes(32))
        self.pull = PullCatalogue(self.client, self.store)

    def close(self) -> None:
        self.store.close()
        self.client.close()
        self.line.close()


@pytest.fixture
def fetching(context: Context, url: str, tmp_path: Path) -> Iterator[Fetching]:
    fetching = Fetching(context, url, tmp_path)
    yield fetching
    fetching.close()


def newest(context: Context) -> Catalogue:
    with context.engine.connect() as connection:
        found = newest_catalogue(connection)
    assert found is not None
    return found


def large(context: Context) -> None:
    open_railway(context, railway(trains=60, stations=20))


def test_the_days_roll_comes_as_a_delta(context: Context, fetching: Fetching, clock: SettableClock) -> None:
    large(context)
    fetching.pull.run()
    assert fetching.line.taken() == ["plan", "body"]
    assert fetching.store.whole() == newest(context)
    clock.forward(DAY)
    assert roll_window(context) is True
    assert fetching.pull.run() is True
    sizes = dict(fetching.line.down)
    assert fetching.line.taken() == ["plan", "delta"]
    assert fetching.store.whole() == newest(context)
    with context.engine.connect() as connection:
        size = connection.scalar(text("SELECT length(body) FROM catalogue ORDER BY version DESC LIMIT 1"))
    assert size is not None and sizes["delta"] < size / 3
    assert fetching.pull.run() is False


def test_several_days_come_one_after_the_other(context: Context, fetching: Fetching, clock: SettableClock) -> None:
    large(context)
    fetching.pull.run()
    fetching.line.taken()
    for _ in range(5):
        clock.forward(DAY)
        assert roll_window(context) is True
    assert fetching.pull.run() is True
    assert fetching.line.taken() == ["plan"] + ["delta"] * 5
    assert fetching.store.whole() == newest(context)
    info = fetching.store.info()
    assert info is not None and info.version == newest(context).version


@pytest.mark.parametrize("fault", ["forgotten", "wrong", "short"])
def test_where_the_way_is_missing_or_wrong_the_whole_is_fetched(
    context: Context, fetching: Fetching, clock: SettableClock, fault: str
) -> None:
    large(context)
    fetching.pull.run()
    fetching.line.taken()
    clock.forward(DAY)
    roll_window(context)
    first = newest(context)
    clock.forward(DAY)
    roll_window(context)
    with context.engine.begin() as connection:
        if fault == "forgotten":
            connection.execute(text("DELETE FROM catalogue_delta WHERE version = 3"))
        elif fault == "wrong":  # the second step says it begins where the first one begins
            connection.execute(
                text(
                    "UPDATE catalogue_delta SET body = (SELECT body FROM catalogue_delta WHERE version = 2) "
                    "WHERE version = 3"
                )
            )
        else:
            connection.execute(text("DELETE FROM catalogue_delta WHERE version = 2"))
    assert fetching.pull.run() is True
    assert "body" in fetching.line.taken()
    assert fetching.store.whole() == newest(context) != first


def test_a_catalogue_that_another_program_wrote_differently_is_fetched_whole(
    context: Context, fetching: Fetching, clock: SettableClock
) -> None:
    """As after an update that knows a field the program before did not keep."""
    large(context)
    fetching.pull.run()
    kept, etag = fetching.store.whole(), fetching.store.etag()
    assert kept is not None
    fetching.store.replace(
        msgspec.structs.replace(kept, attribution="differs", stop_places=kept.stop_places[::-1]), etag
    )
    fetching.line.taken()
    clock.forward(DAY)
    roll_window(context)
    assert fetching.pull.run() is True
    assert fetching.line.taken() == ["plan", "delta", "body"]
    assert fetching.store.whole() == newest(context)


def test_a_delta_that_takes_much_away_waits_for_staff(context: Context, fetching: Fetching) -> None:
    large(context)
    fetching.pull.run()
    before = fetching.store.whole()
    assert before is not None
    fetching.line.taken()
    source = railway(trains=60, stations=20)
    open_railway(context, msgspec.structs.replace(source, service_journeys=source.service_journeys[:45]))
    with pytest.raises(CatalogueRefused, match="until staff confirm"):
        fetching.pull.run()
    assert fetching.line.taken() == ["plan", "delta"]
    assert fetching.store.whole() == before
    assert fetching.pull.run() is False
    fetching.store.confirm_kept_aside()
    assert fetching.store.whole() == newest(context)
