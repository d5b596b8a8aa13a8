"""`kiosk devices --end-of-day`: the terminal's totals beside a real journal's."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from devices.payment.zvt.link import Settings
from devices.payment.zvt.terminal import ZvtPayment
from kiosk.app.main import main
from kiosk.ports import ChargeRequest
from kiosk.store.payments import payments
from tests.power.world import Acquirer, Mains, Paper, Terminal, quote

from .conftest import Start


def hand_in(config: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["devices", "--config", str(config), "--end-of-day"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.output


def test_the_terminals_totals_are_the_journals(start: Start, tmp_path: Path) -> None:
    device = start("zvt", "--tap-s", "0")
    address, config = f"127.0.0.1:{device.port}", tmp_path / "kiosk.toml"
    config.write_text(
        f'[terminal]\nfolder = "{tmp_path}/t"\n[payment]\nprotocol = "zvt"\naddress = "{address}"\ntimeout_s = 2\n'
    )
    code, said = hand_in(config)  # nobody has sold anything yet
    assert (code, said) == (
        0,
        "ok   the turnover is handed in: the terminal 0, the journal 0 in 0 payments (minor units)\n",
    )
    card = ZvtPayment(address, 1.0, settings=Settings(answer_s=1.0, stop_s=0.5))
    kiosk = Terminal(tmp_path / "t", Acquirer(), Paper(), Mains(), means={"card": card})
    desk = kiosk.desk
    first = desk.pay(desk.hold(quote((0, 1))).sale_id)
    assert first.stage == "issued"
    device.order("decline")
    assert desk.pay(desk.hold(quote((2,))).sale_id).stage == "held"
    half = desk.pay(desk.hold(quote((3,))).sale_id, "card", 1000)
    assert desk.free(half.sale_id).stage == "freed"  # and what was paid is given back
    code, said = hand_in(config)  # while the kiosk is open
    assert code == 0 and "the terminal 6000, the journal 6000 in 1 payments" in said
    assert [each.state for each in payments(tmp_path / "t", "card")] == ["approved", "declined", "reversed"]
    # somebody books at the terminal itself
    stranger = ZvtPayment(address, 5.0, settings=Settings(answer_s=1.0), two_phase=False)
    stranger.charge(ChargeRequest("x", 77, "EUR", stranger.mark()))
    stranger.close()
    code, said = hand_in(config)
    assert code == 1 and "the terminal 77, the journal 0 in 0 payments" in said
    # a payment that is not clear is asked for first
    device.order("silence")
    desk.pay(desk.hold(quote((4,))).sale_id)
    code, said = hand_in(config)
    assert code == 1 and "1 card payments are not clear yet" in said
    card.close()
    kiosk.close()
