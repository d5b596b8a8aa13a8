"""`kiosk ticket export`: a sold ticket as PDF and wallet pass, from a terminal that may be selling."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.app import identity
from kiosk.app.main import main
from kiosk.domain.sale import Sale
from tests.power.world import Acquirer, Facts, Mains, Paper, Terminal, quote
from tests.sync.scripted import ScriptedCentral

pytestmark = pytest.mark.filterwarnings("ignore:HarfBuzz-Subset:DeprecationWarning")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """Open, as one that sells; with an identity beside its store and a configuration above."""
    folder = tmp_path / "terminal"
    terminal = Terminal(folder, Acquirer(), Paper(), Mains())
    scripted = ScriptedCentral()
    identity.save(folder, scripted.enrolment())
    scripted.close()
    (folder / identity.KEY_FILE).write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    (tmp_path / "kiosk.toml").write_text(f'[terminal]\nfolder = "{folder}"\n')
    yield terminal
    terminal.close()


@pytest.fixture
def sale(terminal: Terminal) -> Sale:
    return terminal.desk.pay(terminal.desk.hold(quote(), "en").sale_id)


def export(folder: Path, *arguments: str) -> Result:
    call = ["ticket", "export", "--config", str(folder / "kiosk.toml"), "--out", str(folder / "out"), *arguments]
    return CliRunner().invoke(main, call)


def opened(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_ticket_of_an_open_terminal_becomes_two_files(tmp_path: Path, sale: Sale) -> None:
    code = sale.tickets[1].code
    done = export(tmp_path, code.lower())
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{code}.pdf", f"{code}.pkpass"]
    assert (tmp_path / "out" / f"{code}.pdf").read_bytes().startswith(b"%PDF")
    files = opened(tmp_path / "out" / f"{code}.pkpass")
    said = json.loads(files["pass.json"])
    assert said["serialNumber"] == code and said["barcodes"][0]["message"].startswith("T1:")
    primary = [field["value"] for field in said["boardingPass"]["primaryFields"]]
    assert [value.split()[0] for value in primary] == ["Altdorf", "Celle"]
    assert "signature" not in files and files["icon.png"].startswith(b"\x89PNG")
    assert '"Seat" = "座位";' in files["zh-Hans.lproj/pass.strings"].decode("utf-16")
    assert '"Seat" = "Seat";' in files["en.lproj/pass.strings"].decode("utf-16")


def test_a_named_ticket_says_the_name_on_a_pass(tmp_path: Path, terminal: Terminal) -> None:
    terminal.desk._catalogue = Facts("optional")
    named = msgspec.structs.replace(quote(), holders=("", "欧阳 Łukasz"))
    sale = terminal.desk.pay(terminal.desk.hold(named, "en").sale_id)
    for ticket, said_of in zip(sale.tickets, (False, True), strict=True):
        done = export(tmp_path, ticket.code)
        assert done.exit_code == 0, done.output
        files = opened(tmp_path / "out" / f"{ticket.code}.pkpass")
        fields = json.loads(files["pass.json"])["boardingPass"]["secondaryFields"]
        assert ({"key": "holder", "label": "holder", "value": "欧阳 Łukasz"} in fields) == said_of
    assert '"holder" = "姓名";' in files["zh-Hans.lproj/pass.strings"].decode("utf-16")


def test_with_the_operators_certificate_it_is_signed(tmp_path: Path, sale: Sale) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "D")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, SHA256())
    )  # fmt: skip
    (tmp_path / "c.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "k.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "o.pem").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    own = ("--certificate", str(tmp_path / "c.pem"), "--pass-type", "pass.org.example.t", "--team", "T")
    code = sale.tickets[0].code
    done = export(tmp_path, code, "--as", "pkpass", "--key", str(tmp_path / "k.pem"), *own)
    assert done.exit_code == 0, done.output
    files = opened(tmp_path / "out" / f"{code}.pkpass")
    assert files["signature"] and json.loads(files["pass.json"])["passTypeIdentifier"] == "pass.org.example.t"
    done = export(tmp_path, code, "--key", str(tmp_path / "o.pem"), *own)
    assert done.exit_code == 1 and "is not the key of" in done.output
    done = export(tmp_path, code, "--key", str(tmp_path / "k.pem"))
    assert done.exit_code == 2 and "belong together" in done.output


def test_what_does_not_count_is_not_written(tmp_path: Path, sale: Sale) -> None:
    for code in ("AAAA-AAAA", "7QK4", ""):
        done = export(tmp_path, code)
        assert done.exit_code == 1 and "No sales of this terminal" in done.output
    assert not (tmp_path / "out").exists()
