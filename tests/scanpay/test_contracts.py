"""The operator's contracts: every mistake is named at once, no secret is told, and strangers are not believed."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from central.commands import central
from central.payments import config
from central.payments.config import ContractsWrong
from central.payments.rows import committing, unsettled
from kiosk.ports import Approved
from tests.scanpay.world import CODES, Gateway, Payer, World, contracts


@pytest.fixture
def path(gateways: dict[str, Gateway]) -> Path:
    return contracts(gateways["wechat"].folder.parent, gateways)


def test_the_file_as_the_book_shows_it_is_taken(path: Path) -> None:
    assert list(config.load(path)) == ["wechat", "alipay"]


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("[wechat]", "[paypal]\n[wechat]", r"\[paypal\] is not a provider"),
        ("mchid =", "mchit =", "mchit is not known"),
        ('mchid = "1900000109"', "mchid = 1900000109", "mchid must be text"),
        ('private_key = "wechat/merchant.pem"', 'private_key = "wechat/gone.pem"', "gone.pem' cannot be read"),
        ('private_key = "wechat/merchant.pem"', 'private_key = "wechat/platform.pem"', "not an RSA private key"),
        ('platform_key = "wechat/platform.pem"', 'platform_key = "wechat/apiv3.txt"', "not an RSA public key"),
        ('apiv3_key = "wechat/apiv3.txt"', 'apiv3_key = "wechat/ids.json"', "32 characters"),
        ('apiv3_key = "wechat/apiv3.txt"', "", "KIOSK_WECHAT_APIV3_KEY"),
        ("base_url = \"http://127.0.0.1", "base_url = \"http://pay.example", "must be https"),
        ("notify_url = \"http://", "notify_url = \"ftp://", "must begin with https"),
        ("[alipay]", "[alipay", "line"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_all_are_told_at_once(path: Path, before: str, after: str, word: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(ContractsWrong, match=word):
        config.load(path)


def test_secrets_that_everybody_can_read_are_refused_and_the_environment_may_have_them(
    path: Path, monkeypatch: pytest.MonkeyPatch, gateways: dict[str, Gateway]
) -> None:
    secret = gateways["wechat"].folder / "apiv3.txt"
    secret.chmod(0o644)
    try:
        with pytest.raises(ContractsWrong, match="chmod"):
            config.load(path)
        monkeypatch.setenv("KIOSK_WECHAT_APIV3_KEY", secret.read_text())
        assert "wechat" in config.load(path)
    finally:
        secret.chmod(0o600)


def test_central_does_not_start_with_contracts_that_are_wrong(path: Path, tmp_path: Path) -> None:
    path.write_text("[wechat]\n")
    done = CliRunner().invoke(central, ["serve", "--port", "0", "--data", str(tmp_path), "--payments", str(path)])
    assert done.exit_code == 1 and "apiv3_key is missing" in done.output and "Traceback" not in done.output


def test_no_secret_and_no_payment_code_is_logged_or_kept(
    world: World, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for provider in ("wechat", "alipay"):
        world.gateways[provider].order("bad_signature")
        assert isinstance(world.scan(CODES[provider]).charge(world.request()), Approved)
    said = caplog.text + "".join(repr(each.__dict__) for each in world.context.providers.values())
    with world.context.engine.connect() as connection:
        said += repr(connection.exec_driver_sql("SELECT * FROM scan_attempt").all())
    apiv3 = (path.parent / "wechat" / "apiv3.txt").read_text().strip()
    keys = [path.parent / "wechat" / "merchant.pem", path.parent / "alipay" / "app_private.pem"]
    for secret in (apiv3, *CODES.values(), *(key.read_text().splitlines()[5] for key in keys)):
        assert secret not in said


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
def test_a_notification_of_a_stranger_moves_nothing(world: World, provider: str) -> None:
    request = world.request()
    payment = world.qr(provider, 1.0)
    payer = Payer(world.gateways[provider], "look")
    payment.charge(request, payer)
    number = request.attempt_id.replace("-", "")
    bodies = [
        b"",
        b"{}",
        b"\xff\xfe",
        f"out_trade_no={number}&trade_status=TRADE_SUCCESS&sign=AA==&sign_type=RSA2".encode(),
    ]
    headers = {"Wechatpay-Serial": "PUB_KEY_ID_1", "Wechatpay-Signature": "AA==", "Wechatpay-Timestamp": "1"}
    for body in bodies:
        answer = requests.post(f"{world.url}/notify/{provider}", data=body, headers=headers, timeout=10)
        assert answer.status_code == 401 and answer.json()["code"] == "not_genuine"
    assert requests.post(f"{world.url}/notify/stranger", data=b"", timeout=10).status_code == 422
    assert not isinstance(payment.outcome_of(request), Approved)


def test_what_is_open_is_listed_for_staff(world: World) -> None:
    request = world.request()
    world.gateways["wechat"].order("userpaying")
    world.scan(CODES["wechat"], wait_s=0.1).charge(request)
    paid = world.request()
    assert isinstance(world.pay("scan", "alipay", paid), Approved)
    with committing(world.context.engine) as connection:
        rows = {row.attempt_id: row for row in unsettled(connection)}
    assert rows[paid.attempt_id].state == "approved" and rows[paid.attempt_id].journal is None
    assert rows[paid.attempt_id].terminal == "K1"
