"""npm libraries judge scan-to-pay: merchants made of them pay at our simulated gateways, with signatures both ways; our
codes for bank transfers are read from pictures by two decoders, and understood by libraries nobody here wrote."""

from __future__ import annotations

import io
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import segno
import segno.helpers
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from kiosk.app.children import Child
from kiosk.domain.payqr import epc, iban, pix, promptpay, swiss
from tests.judges.judge import BUILD, Disagrees, Judge, agree, needs, node

HERE, SEED = Path(__file__).parent, 20261130
EACH = 40  # codes of a kind
ACCOUNTS = ("DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300", "AT611904300234573201")


def _gateway(name: str, folder: Path, script: str) -> tuple[Any, list[dict[str, Any]]]:
    """What the merchant saw, and the gateway's ledger."""
    ledger = folder / "ledger.jsonl"
    own = ("--ledger", str(ledger), "--keys", str(folder / "keys"))
    gateway = Child(name, f"devices.simulated.{name}", *own, log=folder / "log")
    try:
        ready = gateway.wait_ready(30)
        said = json.loads(node(HERE / script, str(ready["port"]), str(ready["control"]), str(folder / "keys")))
    finally:
        gateway.stop()
    return said, [json.loads(line) for line in ledger.read_text().splitlines()]


def _wechat(folder: Path) -> str:
    said, ledger = _gateway("wechat", folder, "wechat_merchant.js")
    ours = [
        ["native", 200, True],
        ["query", "NOTPAY"],
        ["notification", True, "judge0001", "SUCCESS", 55300],
        ["query", "SUCCESS", 55300, True],
        ["close paid", 400],
        ["refund", "SUCCESS", "SUCCESS"],
        ["refund query", 300],
        ["too much", 400],
        ["close", 204],
        ["query", "CLOSED"],
        ["unknown", 404],
        ["stranger", 401],
    ]
    agree(ours, said["seen"], "what the library was answered")
    agree([("charge", 55300), ("refund", 300)], _money(ledger), "the gateway's ledger")
    return f"{len(ours)} steps, {said['proved']} answers and a notification proved by wechatpay-node-v3"


def _alipay(folder: Path) -> str:
    said, ledger = _gateway("alipay", folder, "alipay_merchant.js")
    ours = [
        ["precreate", "10000", True],
        ["query", "ACQ.TRADE_NOT_EXIST"],
        ["notification", True, "judge0001", "TRADE_SUCCESS", "553.00"],
        ["query", "TRADE_SUCCESS", "553.00", True],
        ["refund", "Y", "N"],
        ["refund query", "REFUND_SUCCESS", "3.00"],
        ["too much", "40004"],
        ["pay", "10000"],
        ["cancel", "refund"],
        ["pay", "10003"],
        ["query", "WAIT_BUYER_PAY"],
        ["cancel", "close"],
        ["query", "TRADE_CLOSED"],
        ["unknown", True],
        ["stranger", "isv.invalid-signature"],
    ]
    agree(ours, said, "what the library was answered")
    booked = [("charge", 55300), ("refund", 300), ("charge", 55300), ("refund_all", 55300)]
    agree(booked, _money(ledger), "the gateway's ledger")
    return f"{len(ours)} steps, every answer and a notification proved by the official alipay-sdk"


def _money(ledger: list[dict[str, Any]]) -> list[tuple[str, int]]:
    moves = ("charge", "refund", "refund_all")
    return [(line["do"], line["amount_minor"]) for line in ledger if line["do"] in moves]


def read_back(text: str) -> str:
    """Drawn with error correction M, read by ZXing and by zbar; what both say. zbar guesses the alphabet of letters
    that are not ASCII, and guesses Chinese ones: those are for ZXing alone."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False, encoding="utf-8").save(drawn, kind="png", scale=4)
    picture = Image.open(io.BytesIO(drawn.getvalue())).convert("L")
    zxing = [found.text for found in zxingcpp.read_barcodes(picture)]
    zbar = [found.data.decode() for found in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])]
    agree([text], zxing, "ZXing")
    if text.isascii():
        agree([text], zbar, "zbar")
    return zxing[0]


def understood(asked: list[tuple[str, str, Any]]) -> list[Any]:
    """By the npm readers."""
    done = subprocess.run(
        ["node", str(HERE / "payqr_readers.js")], input=json.dumps(asked), capture_output=True, text=True,
        timeout=60, check=False, 
        env={"NODE_PATH": str((BUILD / "node_modules").resolve()), "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        raise Disagrees(f"the readers: {done.stderr.strip()[-400:]}")
    found: list[Any] = json.loads(done.stdout)
    return found


def _many(build: Callable[[random.Random], tuple[tuple[str, str, Any], Any]]) -> list[tuple[Any, Any]]:
    """(ours, theirs) of EACH codes, every one drawn and read on its way."""
    chance = random.Random(SEED)
    made = [build(chance) for _ in range(EACH)]
    asked = [(kind, read_back(text), facts) for (kind, text, facts), _ in made]
    return list(zip([ours for _, ours in made], understood(asked), strict=True))


def _promptpay(folder: Path) -> str:
    def build(chance: random.Random) -> tuple[tuple[str, str, Any], Any]:
        minor = chance.randrange(1, 10_000_000)
        amount = f"{minor / 100:.2f}"
        if chance.random() < 0.5:
            number = f"08{chance.randrange(10**8):08d}"
            text = promptpay.code(number, minor)
            account = ["A000000677010111", "0066" + number[1:], None, None, None, None, None]
        else:
            biller, reference = f"{chance.randrange(10**15):015d}", f"SALE{chance.randrange(10**8)}"
            text = promptpay.code(biller, minor, reference)
            account = [None, None, None, None, "A000000677010112", biller, reference]
        return ("promptpay", text, None), [*account, "764", amount, "TH"]

    for ours, theirs in _many(build):
        agree(ours, theirs, "a PromptPay code")
    return f"{EACH} codes from pictures, fields and checksum, by promptparse"


def _pix(folder: Path) -> str:
    keys = (
        "123e4567-e12b-12d1-a456-426655440000",
        "vendas@trem.example",
        "+5561912345678",
        "52998224725",
        "11222333000181",
    )

    def build(chance: random.Random) -> tuple[tuple[str, str, Any], Any]:
        minor, key, reference = chance.randrange(1, 10_000_000), chance.choice(keys), f"SALE{chance.randrange(10**9)}"
        text = pix.code(key, "Trens do Brasil", "BRASILIA", minor, reference)
        return ("pix", text, None), [key, minor, "Trens do Brasil", "BRASILIA", reference]

    for (key, minor, name, city, reference), (theirs, tags) in _many(build):
        mine = [key, f"{minor / 100:.2f}", name, city, reference]
        agree(mine, tags, "a PIX code, by promptparse")
        found = [theirs["merchantAccountInfo"]["key"], f"{theirs['value']:.2f}", theirs["merchantName"],
                 theirs["merchantCity"], theirs["additionalData"]["txId"]]  # fmt: skip
        agree(mine, found, "a PIX code, by @pix.js")
    return f"{EACH} codes from pictures, by @pix.js and promptparse"


def _swiss(folder: Path) -> str:
    creditor = swiss.Creditor("Robert Schneider AG", "2501", "Biel", "CH", "Rue du Lac", "1268")
    address = {
        "name": creditor.name, "address": creditor.street, "buildingNumber": creditor.house, "zip": creditor.postcode,
        "city": creditor.town, "country": creditor.country,
    }  # fmt: skip

    def build(chance: random.Random) -> tuple[tuple[str, str, Any], Any]:
        minor, currency = chance.randrange(1, 10_000_000), chance.choice(("CHF", "EUR"))
        number = f"{chance.randrange(10**26):026d}"
        account, reference = chance.choice(
            (
                ("CH4431999123000889012", number + swiss.check_digit(number)),
                ("CH5800791123000889012", iban.creditor_reference(number[:12])),
                ("CH5800791123000889012", ""),
            )
        )
        text = swiss.code(creditor, account, minor, currency, reference=reference, words="Tickets")
        facts = {"amount": minor / 100, "currency": currency, "creditor": {**address, "account": account}}
        more = {"reference": reference} if reference else {}
        return ("swiss", text, {**facts, **more, "message": "Tickets"}), text

    for ours, theirs in _many(build):
        # The library leaves the last, empty lines of the bill out, or keeps them: the rule allows both.
        agree(
            ours.removesuffix("\nEPD").rstrip("\n"), theirs.rstrip("\n").removesuffix("\nEPD").rstrip("\n"), "a QR-bill"
        )
    return f"{EACH} codes from pictures, letter by letter what swissqrbill writes, which checks accounts and references"


def _epc(folder: Path) -> str:
    chance = random.Random(SEED)
    for _ in range(EACH):
        cents, account = chance.randrange(1, 10_000_000), chance.choice(ACCOUNTS)
        name = chance.choice(("Bahn & Co", "Bahn & Co, Köln"))
        reference = iban.creditor_reference(f"{chance.randrange(10**12)}")
        lines = read_back(epc.code(name, account, cents, reference=reference)).split("\n")
        theirs = segno.helpers.make_epc_qr(
            name=name, iban=account, amount=f"{cents / 100:.2f}", reference=reference, encoding="utf-8"
        )
        drawn = io.BytesIO()
        theirs.save(drawn, kind="png", scale=4)
        [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.getvalue())).convert("L"))
        agree(_facts(lines), _facts(found.text.split("\n")), "an EPC code")
    return f"{EACH} codes from pictures, line by line what segno writes, which checks accounts and references"


def _facts(lines: list[str]) -> list[Any]:
    """Amounts as numbers (zeros at the end may be missing), no empty lines at the end."""
    lines = [line for line in "\n".join(lines).rstrip("\n").split("\n")]
    return [float(line[3:]) if line.startswith("EUR") else line for line in lines]


SCAN = ("python:zxingcpp", "python:pyzbar", "python:segno")
JUDGES = (
    Judge("pay: WeChat Pay, wechatpay-node-v3", needs("npm"), _wechat),
    Judge("pay: Alipay, alipay-sdk", needs("npm"), _alipay),
    Judge("pay: PIX codes, @pix.js", needs(*SCAN, "npm"), _pix),
    Judge("pay: PromptPay codes, promptparse", needs(*SCAN, "npm"), _promptpay),
    Judge("pay: Swiss QR-bills, swissqrbill", needs(*SCAN, "npm"), _swiss),
    Judge("pay: EPC codes, segno", needs(*SCAN), _epc),
)
