"""Tickets of ours as UIC codes: what they say, and that a scanner gets exactly the bytes that were printed."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.services.uic import issue, static_frame
from tests.fixtures.uic import KEY, RESERVED, TRIP, issuer


@pytest.mark.parametrize("reserved", [True, False])
def test_a_ticket_is_read_back_from_the_symbol(reserved: bool) -> None:
    ticket = RESERVED if reserved else msgspec.structs.replace(RESERVED, coach=0, seat=0)
    code = issue.code_of(ticket, TRIP, issuer())
    found = zxingcpp.read_barcodes(np.asarray(issue.aztec_picture(code)), formats=zxingcpp.BarcodeFormat.Aztec)
    assert [bytes(each.bytes) for each in found] == [code]
    frame = static_frame.read(bytes(found[0].bytes))
    assert static_frame.verified(frame, KEY.public_key())
    assert not static_frame.verified(frame, ec.generate_private_key(ec.SECP256R1()).public_key())
    flex = frame.flex()
    assert flex is not None
    kind, document = flex["documents"][0]["ticket"]
    assert kind == ("reservation" if reserved else "open")
    assert (document["fromName"], document["toName"], document["price"]) == ("Łódź", "Brno", 1290)
    where = document if reserved else document["regions"][0][1]
    assert (where["trainText"], where["departureTime"], where["departureOffset"]) == ("EC 105", 8 * 60 + 5, -4)
    assert issue.aztec_svg(code).count("<svg") == 1


def test_a_currency_without_minor_units_states_no_price() -> None:
    yen = msgspec.structs.replace(RESERVED, currency="JPY")
    flex = issue.flex_of(yen, msgspec.structs.replace(TRIP, currency_digits=0), issuer())
    assert "price" not in flex["documents"][0]["ticket"][1]


def test_a_train_the_standard_cannot_spell_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit the standard"):
        issue.code_of(RESERVED, msgspec.structs.replace(TRIP, train="高铁 1"), issuer())
