"""UIC codes as an operator's option: on paper, in the PDF and on the screen, beside our code or instead of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PySide6.QtGui import QGuiApplication

from kiosk.app.config import Config, ConfigWrong, TerminalSection, load
from kiosk.app.config_printing import TicketSection
from kiosk.app.paper import Paper, paper_of
from kiosk.domain.sale import PageJob, Sale
from kiosk.ports import Bitmap
from kiosk.services.issuing import Issuer
from kiosk.services.paper_layouts import layouts
from kiosk.services.pdf import html_of
from kiosk.services.uic import static_frame
from tests.fixtures.uic import KEY
from tests.paper_sales import HALL, MACHINE, NIGHT, RAIL, sale_of
from ui.images import Codes
from ui.paper import PaperRenderer

Make = Callable[[str], Paper]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "uic.pem"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def paper(key: Path) -> Make:
    QGuiApplication.instance() or QGuiApplication([])

    def make(code: str) -> Paper:
        ticket = TicketSection(code=code, uic_rics=9901, uic_name="Demo", uic_key=str(key), uic_key_name="00001")
        paper = paper_of(Config(terminal=TerminalSection("x"), ticket=ticket), PaperRenderer(), MACHINE)
        paper.issuer = Issuer(14, 1, b"certificate", Ed25519PrivateKey.from_private_bytes(bytes(32)))
        return paper

    return make


def read(bitmap: Bitmap) -> dict[str, bytes]:
    """Symbology and content of every code on paper."""
    dots = np.unpackbits(np.frombuffer(bitmap.rows, np.uint8)).reshape(bitmap.height, bitmap.width)
    grey = np.pad(np.where(dots, 0, 255).astype(np.uint8), 40, constant_values=255)
    return {each.format.name: bytes(each.bytes) for each in zxingcpp.read_barcodes(grey)}


@pytest.mark.parametrize(("code", "seen"), [("qr", {"QRCode"}), ("qr+uic-aztec", {"QRCode", "Aztec"}),
                                            ("uic-aztec", {"Aztec"})])  # fmt: skip
@pytest.mark.parametrize("sale", [sale_of(RAIL), sale_of(NIGHT, "zh-Hans")], ids=["day", "night"])
def test_what_the_operator_wants_is_on_paper_and_says_the_ticket(
    paper: Make, code: str, seen: set[str], sale: Sale
) -> None:
    made = paper(code)
    found = read(made.draw(sale, PageJob("ticket", 0, 0)))
    assert set(found) == seen
    if "QRCode" in seen:
        assert found["QRCode"].startswith(b"T1:")
    if "Aztec" not in seen:
        return
    frame = static_frame.read(found["Aztec"])
    assert static_frame.verified(frame, KEY.public_key())
    flex = frame.flex()
    assert flex is not None
    kind, document = flex["documents"][0]["ticket"]
    assert (kind, document["fromName"], document["toName"], document["price"]) == (
        "reservation",
        "Beijing South", "Shanghai Hongqiao", 66200,
    )  # fmt: skip
    again = read(made.draw(sale, PageJob("ticket", 0, 1)))
    assert again["Aztec"] == found["Aztec"], "a copy has the same code"


def test_a_performance_has_our_code_alone(paper: Make) -> None:
    assert set(read(paper("uic-aztec").draw(sale_of(HALL), PageJob("ticket", 0, 0)))) == {"QRCode"}


def test_the_pdf_has_both(paper: Make) -> None:
    page = paper("qr+uic-aztec").page(sale_of(RAIL), PageJob("ticket", 0, 0))
    html = html_of(page, layouts()["ticket"], "en")
    assert html.count("<img ") == 2 and 'alt="UIC: 7QK4-MX20"' in html


def test_the_screen_shows_the_same_bytes(paper: Make) -> None:
    sale = sale_of(RAIL)
    both, alone = paper("qr+uic-aztec").shown(sale), paper("uic-aztec").shown(sale)
    assert [len(each) for each in (both, alone)] == [2, 2] and both[0].text.startswith("T1:")
    assert (alone[0].text, alone[0].uic) == ("", both[0].uic) and paper("qr").shown(sale)[0].uic == b""
    image = Codes().requestImage(f"aztec-{both[0].uic.hex()}", None, None)  # type: ignore[arg-type]
    large = image.scaled(image.width() * 6, image.height() * 6)
    pixels = np.frombuffer(large.constBits(), np.uint8).reshape(large.height(), large.bytesPerLine())
    [found] = zxingcpp.read_barcodes(np.pad(pixels[:, : large.width()], 30, constant_values=255))
    assert bytes(found.bytes) == both[0].uic


def test_a_configuration_that_cannot_sign_is_refused(tmp_path: Path, key: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(
        ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    path = tmp_path / "kiosk.toml"
    for lines, words in (
        ('code = "aztec"', "must be qr, qr.uic-aztec, uic-aztec"),
        ('code = "uic-aztec"', "uic_rics"),
        (f'code = "uic-aztec"\nuic_rics = 9901\nuic_name = "D"\nuic_key_name = "1"\nuic_key = "{key}"', "five char"),
        (f'code = "uic-aztec"\nuic_rics = 9901\nuic_name = "D"\nuic_key_name = "00001"\nuic_key = "{other}"', "P-256"),
        ('code = "uic-aztec"\nuic_rics = 9901\nuic_name = "D"\nuic_key_name = "00001"\nuic_key = "no"', "can be read"),
    ):
        path.write_text(f'[terminal]\nfolder = "x"\n[ticket]\n{lines}\n')
        with pytest.raises(ConfigWrong, match=words):
            load(path)
    path.write_text(
        f'[terminal]\nfolder = "x"\n[ticket]\ncode = "uic-aztec"\nuic_rics = 9901\nuic_name = "D"\n'
        f'uic_key_name = "00001"\nuic_key = "{key}"\n'
    )
    assert load(path).ticket.code == "uic-aztec"
