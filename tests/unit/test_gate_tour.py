"""The gates' tour judges itself by what was written before it was played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.camera.reader import Decoder
from kiosk.app.tour.gate_desk import RIDES_ON
from kiosk.app.tour.gate_guests import visitors
from kiosk.app.tour.gate_queue import afterwards, queue
from kiosk.app.tour.gate_story import GateStory
from kiosk.app.tour.gate_things import JUNK, beside_a_poster, drawn, forged, phone, torn
from kiosk.domain import ticket as tickets
from kiosk.domain.gate.words import Word
from tests.paper_sales import code_of


def played(tmp_path: Path, **changes: Any) -> GateStory:
    story = GateStory(tmp_path, "card")
    people = [
        {"no": number, "what": each.what, "expected": each.expected, "said": each.expected, "right": True}
        for number, each in enumerate((*queue(), *visitors(), *afterwards(), RIDES_ON), 1)
    ]
    central = {"admissions": 14, "duplicates": 0, "sound": True}
    story.report = {
        "queue": people,
        "central": central,
        "expected_admissions": 14,
        "looked_up": True,
        "desk": {
            "by name": True,
            "by booking": {"Used": 9},
            "fare": {"alight": "AOH", "fare_minor": 18300, "by": "Li Wei (7)"},
        },
        **changes,
    }
    return story


def test_forty_people_with_every_kind_of_trouble() -> None:
    people = queue()
    assert len(people) == 40 and {each.expected for each in people} <= set(Word)
    assert len({each.expected for each in people}) >= 12
    assert {each.on for each in people} >= {"paper", "phone", "torn", "poster"}


def test_one_wrong_word_fails_it(tmp_path: Path) -> None:
    assert played(tmp_path).holds()
    story = played(tmp_path)
    story.report["queue"][4] |= {"said": "used", "right": False}
    assert not story.holds() and story.report["broken"] == ["5 good 5: used, not admit"]
    assert not played(tmp_path, central={"admissions": 15, "duplicates": 0, "sound": True}).holds()
    assert not played(tmp_path, error="the camera fell").holds()
    story = played(tmp_path, desk={"by name": True, "by booking": {"Used": 8, "Not used": 1}})
    assert not story.holds() and len(story.report["broken"]) == 2


def test_things_can_be_read_and_forgeries_are_other_tickets() -> None:
    good, spare = code_of(77), code_of(78)
    decoder = Decoder()
    for made in (phone(drawn(good)), phone(drawn(good), light=105), torn(drawn(good)), beside_a_poster(drawn(good))):
        assert good in {code.text for code in decoder.read_thoroughly(made)}
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    made = forged(good, spare, key, (7, 3))
    assert len({*made.values(), good, spare}) == len(made) + 2
    assert tickets.read(made["stolen key"])[0].coach == 7 and tickets.read(made["group"])[0].persons == 3
    for kind, text in JUNK.values():
        assert text in {found.text for found in zxingcpp.read_barcodes(drawn(text, kind))}
