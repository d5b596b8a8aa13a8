"""Wallet passes: what is in the file, that openssl takes the signature, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kiosk.services.wallet_pass import Line, Signer, WalletPass, build

PASS = WalletPass(
    pass_type="pass.org.example.ticket", team="TEAM", organization="Demo", serial="00ab", description="Ticket",
    code="T1:ABC", departs=datetime(2026, 11, 25, 8, 5, tzinfo=UTC), ends=datetime(2026, 11, 25, 18, 5, tzinfo=UTC),
    primary=(Line("from", "from", "Łódź"), Line("to", "to", "北京")), secondary=(Line("seat", "seat", "3 / 12"),),
    texts={"de": {"from": "von", "to": 'nach "\\'}, "zh-Hans": {"from": "从", "to": "到"}},
    pictures={"icon.png": b"\x89PNG"},
)  # fmt: skip


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def signer() -> Signer:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, SHA256())
    )  # fmt: skip
    return Signer(certificate, key)


def test_a_pass_says_the_ticket_and_its_manifest_names_every_file() -> None:
    files = opened(build(PASS))
    said = json.loads(files["pass.json"])
    assert said["boardingPass"]["primaryFields"][1] == {"key": "to", "label": "to", "value": "北京"}
    assert said["barcodes"][0]["message"] == "T1:ABC"
    assert said["relevantDate"] == "2026-11-25T08:05:00+00:00"
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest == {name: hashlib.sha1(data).hexdigest() for name, data in files.items()}
    assert files["de.lproj/pass.strings"].decode("utf-16") == '"from" = "von";\n"to" = "nach \\"\\\\";\n'


def test_the_same_pass_is_the_same_file() -> None:
    assert build(PASS) == build(PASS)
    assert build(PASS) != build(msgspec.structs.replace(PASS, serial="00ac"))


def test_openssl_takes_the_signature_and_refuses_it_for_another_manifest(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    own = signer()
    files = opened(build(PASS, own))
    (tmp_path / "signature").write_bytes(files["signature"])
    (tmp_path / "certificate.pem").write_bytes(own.certificate.public_bytes(Encoding.PEM))

    def verdict(manifest: bytes) -> int:
        (tmp_path / "manifest.json").write_bytes(manifest)
        call = [openssl, "smime", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", "signature",
                "-content", "manifest.json", "-certfile", "certificate.pem"]  # fmt: skip
        return subprocess.run(call, cwd=tmp_path, capture_output=True, check=False, timeout=30).returncode

    assert verdict(files["manifest.json"]) == 0
    assert verdict(files["manifest.json"] + b" ") != 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pictures": {}}, "icon.png"),
        ({"back": (Line("from", "x", "y"),)}, "key of its own"),
        ({"departs": datetime(2026, 1, 1)}, "zone"),
    ],
)
def test_what_no_wallet_would_take_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build(msgspec.structs.replace(PASS, **change))
