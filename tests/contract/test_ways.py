"""What a demonstration is paid with: the simulators start, and the configuration they give can be used."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.app.config import load
from kiosk.app.demo import write_config
from kiosk.app.means import ways_to_pay
from kiosk.app.ways import DEFAULT, names, way
from kiosk.ports import Approved, ChargeRequest


def test_the_usual_one_is_first() -> None:
    assert names()[0] == DEFAULT and "zvt" in names()


@pytest.mark.parametrize("name", ["card", "zvt"])
def test_a_card_way_takes_money_and_says_so(name: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        paid = way(name, tmp_path, stack)
        paid.start()
        path = tmp_path / "kiosk.toml"
        write_config(path, terminal={"folder": str(tmp_path / "t")}, **paid.sections(20.0))
        terminal = ways_to_pay(load(path))["card"]
        stack.callback(terminal.close)
        assert terminal.ready() and paid.taken_minor() == 0
        request = ChargeRequest("a", 1250, "CNY", terminal.mark())
        answer = terminal.charge(request)
        assert isinstance(answer, Approved)
        if answer.provisional:
            assert isinstance(terminal.confirm(request, answer.reference), Approved)
        assert paid.taken_minor() == 1250
        paid.out_of_order()
        assert not terminal.ready()
        paid.in_order()
        assert terminal.ready()
        paid.at_the_end()
