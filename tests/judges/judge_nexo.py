"""Adyen's library for Node judges both of our ends of nexo: it pays at our simulated terminal, its code is the terminal
our driver pays at, and it seals and opens what we open and seal."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devices.payment.nexo.driver import NexoPayment
from devices.payment.nexo.line import Line, Trust
from devices.payment.nexo.messages import Ends, service_id
from devices.payment.nexo.seal import Key, SealBroken
from devices.simulated.nexo_wire import certificate
from kiosk.app.children import Child
from kiosk.ports import Approved, ChargeRequest, Unresolved
from tests.judges.judge import BUILD, Disagrees, Judge, agree, needs, node

HERE, POI = Path(__file__).parent, "V400m-346403161"
KEY = Key("till", 1, "mockingbird at dawn")
NAME = f"{POI}.test.terminal.adyen.com"
SUMS = ((99300, "CNY", 993), (7, "EUR", 0.07), (993, "JPY", 993), (1234567, "KWD", 1234.567))
SEALS, SEED = 200, 20260921


def _client(passphrase: str) -> Callable[[Path], str]:
    def judged(folder: Path) -> str:
        secret = ("--passphrase", passphrase) if passphrase else ()
        ledger = folder / "ledger.jsonl"
        terminal = Child(
            "nexo", "devices.simulated.nexo", "--ledger", str(ledger), "--tap-s", "0", *secret, log=folder / "log"
        )
        try:
            ready = terminal.wait_ready(30)
            said = json.loads(node(HERE / "nexo_client.js", str(ready["port"]), ready["root"], passphrase))
        finally:
            terminal.stop()
        ours = [["diagnosis", "Success", "OK"]]
        for currency, amount in (("EUR", 12.5), ("JPY", 993), ("EUR", 0.07)):
            ours += [
                ["sale", "Success", currency, amount],
                ["status", True, True],
                ["reversal", "Success", "Failure", "NotAllowed"],
            ]
        agree([*ours, ["unknown", "Failure", "NotFound"]], said, "what the library was answered")
        lines = [json.loads(line) for line in ledger.read_text().splitlines()]
        booked = [
            (line["do"], line["amount_minor"], line["currency"]) for line in lines if line["outcome"] == "approved"
        ]
        wanted = [
            (do, minor, cur) for minor, cur in ((1250, "EUR"), (993, "JPY"), (7, "EUR")) for do in ("charge", "refund")
        ]
        agree(wanted, booked, "the terminal's ledger")
        return "3 sales, 4 status questions, 3 reversals and 3 refused ones by @adyen/api-library at our simulator"

    return judged


@contextmanager
def _node(script: str, *args: str, talk: bool = False) -> Iterator[subprocess.Popen[str]]:
    env = {"NODE_PATH": str((BUILD / "node_modules").resolve()), "PATH": os.environ["PATH"]}
    stdin = subprocess.PIPE if talk else subprocess.DEVNULL
    call = ["node", str((HERE / script).resolve()), *args]
    with subprocess.Popen(call, stdin=stdin, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield process
        finally:
            process.terminate()


def _driver(folder: Path) -> str:
    _, root, fingerprint = certificate(folder, NAME)
    with _node("nexo_terminal.js", str(folder / "nexo-terminal.pem"), KEY.passphrase) as terminal:
        assert terminal.stdout is not None
        port = json.loads(terminal.stdout.readline())["port"]
        ours = NexoPayment(Line("127.0.0.1", port, Trust(root, (NAME,))), Ends("K14", POI), KEY, 20)
        agree(True, ours.ready(), "the driver finds the terminal ready")
        payments = 0
        for minor, currency, written in (
            (99300, "CNY", 993),
            (7, "EUR", 0.07),
            (993, "JPY", 993),
            (1234567, "KWD", 1234.567),
        ):
            request = ChargeRequest(f"attempt-{currency}", minor, currency, ours.mark())
            paid = ours.charge(request)
            if not isinstance(paid, Approved):
                raise Disagrees(f"the driver reads the library's approval as {paid}")
            service = service_id(request.attempt_id)
            agree(f"BV0q.{service}@2026-09-21T08:00:00.000Z", paid.reference, "reference")
            agree("**** **** **** 9999", paid.card, "card")
            again = NexoPayment(Line("127.0.0.1", port, Trust(fingerprint=fingerprint)), Ends("K14", POI), KEY, 20)
            agree(paid, again.outcome_of(request), "the status of a payment")
            back = ChargeRequest(f"refund-{currency}", minor, currency, ours.mark(), paid.reference)
            given = ours.refund(back, paid.reference)
            if not isinstance(given, Approved):
                raise Disagrees(f"the driver reads the library's reversal as {given}")
            agree(given, again.outcome_of(back), "the status of a reversal")
            payments += 1
            heard = _heard(terminal, 5 if payments == 1 else 4)
            message = next(each for each in heard if each["category"] == "Payment")
            agree((service, "/nexo/", True), (message["service"], message["path"], message["same"]), "the message")
            amounts = message["request"]["PaymentTransaction"]["AmountsReq"]
            agree({"Currency": currency, "RequestedAmount": written}, amounts, "amount as the library reads it")
            reversal = next(each["request"] for each in heard if each["category"] == "Reversal")
            agree(written, reversal["ReversedAmount"], "amount given back as the library reads it")
        agree(True, isinstance(ours.outcome_of(ChargeRequest("never", 1, "EUR", ours.mark())), Unresolved), "not found")
        ours.cancel("attempt-CNY")
        agree("Abort", _heard(terminal, 2)[1]["category"], "an abort")
    return (
        f"our driver's {payments * 4 + 3} requests are opened and typed by @adyen/api-library, its answers read by us"
    )


def _heard(terminal: subprocess.Popen[str], count: int) -> list[dict[str, Any]]:
    assert terminal.stdout is not None
    found = [json.loads(terminal.stdout.readline()) for _ in range(count)]
    if wrong := [each["error"] for each in found if "error" in each]:
        raise Disagrees(f"the library cannot use our message: {wrong[0]}")
    return found


def _seals(folder: Path) -> str:
    chance = random.Random(SEED)
    with _node("nexo_seals.js", KEY.passphrase, talk=True) as theirs:
        assert theirs.stdin is not None and theirs.stdout is not None

        def ask(**message: Any) -> dict[str, Any]:
            theirs.stdin.write(json.dumps(message) + "\n")
            theirs.stdin.flush()
            found: dict[str, Any] = json.loads(theirs.stdout.readline())
            return found

        for number in range(SEALS):
            text = "".join(chance.choice('aZ0{}":, é€东𝄞') for _ in range(number))
            agree(text, ask(open=KEY.seal({}, text.encode()))["text"], "opened by the library")
            sealed = ask(seal=text)["sealed"]
            agree(text, KEY.open(sealed).decode(), "sealed by the library")
            bent = json.loads(json.dumps(sealed))
            place = chance.choice((("NexoBlob",), ("SecurityTrailer", "Hmac"), ("SecurityTrailer", "Nonce")))
            _bend(bent, place, chance)
            try:
                KEY.open(bent)
            except SealBroken:
                agree(True, "refused" in ask(open=bent), "a bent message")
            else:
                raise Disagrees(f"we open a message with a bent {place[-1]}")
    return f"{SEALS} messages sealed by each and opened by the other, {SEALS} bent ones refused by both"


def _bend(sealed: dict[str, Any], path: tuple[str, ...], chance: random.Random) -> None:
    for name in path[:-1]:
        sealed = sealed[name]
    text = sealed[path[-1]]
    at = chance.randrange(len(text) - 4)  # not in the padding at the end
    sealed[path[-1]] = text[:at] + ("B" if text[at] != "B" else "C") + text[at + 1 :]


_missing = needs("npm", "node")
JUDGES = (
    Judge("nexo: @adyen/api-library pays at our simulator, sealed", _missing, _client("mockingbird at dawn")),
    Judge("nexo: @adyen/api-library pays at our simulator, in the open", _missing, _client("")),
    Judge("nexo: our driver pays at a terminal of @adyen/api-library's code", _missing, _driver),
    Judge("nexo: seals, both ways", _missing, _seals),
)
