"""Gateways and a real central, once for all; an empty day at the gateways for each test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from central.context import Context
from central.database import connect
from central.keys import Keys
from central.payments import alipay, config, wechat
from central.postgres import SUPERUSER, EmbeddedPostgres
from tests.central.conftest import server
from tests.central.world import Served, loopback
from tests.scanpay.world import Gateway, World, contracts, quick

__all__ = ["server"]
_numbers = count(1)
QUICK_S = (1.0, 1.5)  # a gateway on this machine, and tests that let it be silent


@pytest.fixture(scope="session")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Gateway]]:
    folder = tmp_path_factory.mktemp("gateways")
    found = {name: Gateway(name, folder) for name in ("wechat", "alipay")}
    yield found
    for each in found.values():
        each.close()


@pytest.fixture(scope="session")
def made(
    server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, gateways: dict[str, Gateway]
) -> Iterator[World]:
    folder, clock, name = gateways["wechat"].folder.parent, [0.0], f"pay_{next(_numbers)}"
    where = f"host={server.socket_folder} user={SUPERUSER} dbname=postgres"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE central")
    engine = connect(server.url(name))
    keys = Keys(tmp_path_factory.mktemp("keys"), time.time())
    keys.bind(engine)
    listener = loopback()  # the contracts name central's address before it answers
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wechat, "TIMEOUT_S", QUICK_S)
        patch.setattr(alipay, "TIMEOUT_S", QUICK_S)
        providers = quick(config.load(contracts(Path(folder), gateways, url)))
        context = Context(engine, keys, lambda: time.time() + clock[0], providers=providers)
        served = Served(context, listener)
        world = World(context, served.url, gateways, clock)
        yield world
        world.close()
        served.close()
    engine.dispose()


@pytest.fixture
def world(made: World) -> World:
    """Nothing of the tests before is left at the gateways."""
    for gateway in made.gateways.values():
        gateway.order("new_day")
    return made
