"""The story: sell with the link cut, let in once, crash, recover, sync; one line a step, a report at the end."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kiosk.app.demo import import_network
from kiosk.app.tour import named
from kiosk.app.tour.paper import PaperTrail
from kiosk.app.tour.passenger import Passenger
from kiosk.app.tour.plan import Plan, Wishes, make_plan
from kiosk.app.tour.report import holds
from kiosk.app.tour.stage import Stage, wait_until
from kiosk.app.tour.till import Till
from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.errors import KioskError

MACHINE, GATE = "K14", "Gate 5"
FLAT_FARE, NO_FARES = "2.50EUR", "the feed has no fares"
GAP_S = 3.5  # longer than the gate takes the same code for the same person


class Story:
    """The steps in order, and what was seen."""

    def __init__(self, wishes: Wishes, out: Path) -> None:
        self._wishes = wishes
        self._out = out
        self._begun = time.monotonic()
        self._records = 0
        self.report: dict[str, Any] = {
            "feed": str(wishes.feed or "shipped network"),
            "pay": wishes.pay,
            "offline": True,
            "sold_offline": False,
            "tickets": [],
            "gate": [],
            "recovery": {},
            "money": {},
            "central": {},
        }
        self.trail = PaperTrail(out / "run" / "paper", out / "tickets", self.report["tickets"])

    def say(self, text: str) -> None:
        """One line a step."""
        click.echo(f"{time.monotonic() - self._begun:6.1f} s  {text}")

    def play(self, stack: ExitStack) -> None:
        self.stage = stage = Stage(self._out / "run", stack, self._wishes.pay)
        self.way = stage.way
        self.report["offline"] = self.way.offline
        self._feed()
        stage.start_central()
        self.say(f"central answers on {stage.central.url}; the link stands between it and the terminals")
        stage.start_devices()
        self.say("printer, payment terminal and camera are processes of their own")
        self.plan = plan = self._plan()
        self.till = Till(self.way, plan.offer.adult_minor)
        self._terminals()
        self._sell_offline(plan)
        self._gate(plan)
        self._named()
        self._crash_after_payment(plan)
        self._crash_while_printing(plan)
        self._out_of_order()
        self._sync()

    def holds(self) -> bool:
        return holds(self.report)

    # before

    def _feed(self) -> None:
        wishes = self._wishes
        if wishes.feed is not None and not wishes.feed.exists():
            raise KioskError(f"{wishes.feed}: there is no such feed")
        extra = ["--flat-fare", wishes.flat_fare] if wishes.flat_fare else []
        extra += ["--ties", str(wishes.ties), "--layouts", str(wishes.ties.parent)] if wishes.ties else []
        said = import_network(self.stage.central, wishes.feed, *extra)
        if wishes.feed is not None and NO_FARES in said and not wishes.flat_fare:
            self.say(f"the feed has no fares: every ride costs {FLAT_FARE} for this tour")
            self.report["flat_fare"] = FLAT_FARE
            said = import_network(self.stage.central, wishes.feed, *extra, "--flat-fare", FLAT_FARE)
        (self._out / "import.txt").write_text(said)
        self.say(f"imported {self.report['feed']}: {said.strip().splitlines()[-1]}")

    def _plan(self) -> Plan:
        """Who goes where, by the tour's own look at the catalogue."""
        folder = self._out / "run" / "plan"
        wishes = self._wishes
        if wishes.feed is None and wishes.origin is None:
            wishes = replace(wishes, origin="VNP", destination="AOH")  # Beijing South to Shanghai Hongqiao
        catalogue = self.stage.catalogue(folder)
        self._seat_minor = named.price_of(catalogue)
        plan = make_plan(catalogue, wishes, folder)
        self.report["plan"] = {
            "from": plan.origin.name,
            "to": plan.destination.name,
            "day": plan.day,
            "departure": f"{plan.departure.number} {plan.departure.departs}",
            "product": plan.offer.product_id,
            "seats": plan.reserved,
        }
        self.say(
            f"to buy: {plan.origin.name} to {plan.destination.name}, {plan.departure.number} on {plan.day} at "
            f"{plan.departure.departs}, {plan.offer.name}"
        )
        return plan

    def _terminals(self) -> None:
        stage, plan, ports = self.stage, self.plan, self.stage.ports
        devices = {
            "printer": {"address": f"127.0.0.1:{ports['printer']}", "timeout_s": 4},
            **self.way.sections(timeout_s=20),
        }
        self.kiosk_config, who = stage.enrol(MACHINE, "kiosk", plan.origin.id, **devices)
        self.kiosk, control = stage.open_terminal("kiosk", self.kiosk_config)
        self.passenger = Passenger(control, self._pictures("kiosk"))
        self.say(f"kiosk {MACHINE} enrolled as terminal {who.reply.terminal_id}.{who.reply.incarnation}")
        # The gate's clock stands 20 minutes before the departure: it opens for this train only.
        offset = round(plan.departure.departs_at - 20 * 60 - time.time())
        camera = {"source": f"http://127.0.0.1:{ports['camera']}/"}
        gate_config, _ = stage.enrol(GATE, "gate", plan.origin.id, camera=camera, clock={"offset_s": offset})
        self.passenger.ask("wait", name="searchField", seconds=60)
        if plan.reserved:
            # Places are leased in the background; the departure shows them once they are in hand.
            wait_until(self._has_places, "the kiosk holds places", 120, every_s=2.0)
        _, self._gate_control = stage.open_terminal("gate", gate_config)
        wait_until(lambda: self._gate_state()["lists"], "the gate has its lists", 60)
        self.say("the kiosk holds its places, the gate has its lists")

    def _has_places(self) -> bool:
        """All grants are on the kiosk's disk: its records have reached central and no more come."""
        records = int(self.stage.central.status()["records"])
        still = records > 1 and records == self._records
        self._records = records
        return still and "searchField" in self.passenger.items()

    def _gate_state(self) -> dict[str, str]:
        """What the gate shows: `verdict` and `ticket_id` of its last answer, `lists` once it has any."""
        answer = self._gate_control.ask(do="state")
        verdict, _, ticket_id = str(answer.get("last", "")).partition(" ")
        return {"verdict": verdict, "ticket_id": ticket_id, "lists": answer.get("lists", "")}

    def _pictures(self, name: str) -> Path:
        (folder := self._out / "pictures" / name).mkdir(parents=True, exist_ok=True)
        return folder

    # the sale

    def _sell_offline(self, plan: Plan) -> None:
        self.passenger.look_around()
        if self.way.offline:
            self.stage.order("link", do="cut")
            self.say("the link is cut")
        self.passenger.choose(plan, people=2, by_letters=True)
        self.till.pay(self.passenger, people=2)
        self.passenger.wait("printing|thanks|problem", 30)
        self.passenger.picture("printing")
        ended = self.passenger.wait("thanks|problem", 60)
        self.passenger.picture(ended)
        if ended != "thanks":
            raise KioskError("the sale did not end with tickets")
        self.report["sold_offline"] = self.way.offline
        self.trail.collect(2)
        self.passenger.leave()
        self.say(
            f"two tickets sold and printed with the link {'cut' if self.way.offline else 'up'}: "
            + ", ".join(t["code"] for t in self.report["tickets"])
        )

    # the gate

    def _gate(self, plan: Plan) -> None:
        for path, code in list(self.trail.tickets):
            self._show(path, code, "admit")
        path, code = self.trail.tickets[0]
        self._show(path, code, "used")
        self.say("the gate let each ticket in once and refused the second use")

    def _show(self, path: Path, code: str, expected: str) -> None:
        """Hold a paper before the camera until the gate says something about it, then take it away."""
        stage = self.stage
        stage.order("camera", do="show", path=str(path))
        ticket_id = tickets.read(code)[0].ticket_id
        seen: dict[str, Any] = {}

        def verdict() -> bool:
            seen.update(self._gate_state())
            return seen.get("ticket_id") == ticket_id and seen.get("verdict") == expected

        try:
            wait_until(verdict, f"the gate says {expected}", 20)
        finally:
            entry = {
                "code": human_code(ticket_id),
                "verdict": "admit" if seen.get("verdict") == "admit" else "refuse",
            }
            self.report["gate"].append({**entry, "reason": seen.get("verdict", "nothing")})
        number = len(self.report["gate"])
        self._gate_control.ask(do="picture", path=str(self._pictures("gate") / f"{number:02d}-{expected}.png"))
        stage.order("camera", do="empty")
        gone = time.monotonic()
        wait_until(lambda: time.monotonic() - gone > GAP_S, "the passenger has gone on", GAP_S + 5)

    def _named(self) -> None:
        """Where a hall of the catalogue asks for names."""
        if self._seat_minor:
            found = named.buy(self.passenger, Till(self.way, self._seat_minor), self.trail)
            self.report["named"] = found
            self.say(f"a concert ticket in the name of {found['holder']}; the code on the paper fits the passport")

    # crashes

    def _crash_after_payment(self, plan: Plan) -> None:
        """The money is taken, the answer never arrives, the power goes."""
        self.way.lose_next_answer()
        pages = len(self.trail.tickets)
        self.passenger.choose(plan, people=1)
        self.till.pay(self.passenger)
        self.till.booked()
        self.kiosk.kill()
        self.say("SIGKILL between payment and printing")
        self._reopen()
        wait_until(lambda: self.trail.tickets_on_paper() > pages, "the recovered ticket is printed", 60)
        (ticket,) = self.trail.collect(1)
        times = self.till.times()
        self.report["recovery"]["charged_times"] = times
        self.report["recovery"]["after_payment"] = {"charged": times, "marked_copy": ticket["marked_copy"]}
        self.say(f"after the restart: charged {times:g} time, ticket {ticket['code']} printed")

    def _crash_while_printing(self, plan: Plan) -> None:
        """The page is half out, the power goes: what follows must be a marked copy."""
        stage = self.stage
        pages = len(self.trail.tickets)
        self.passenger.choose(plan, people=1)
        stage.order("printer", do="stall_after_bytes", n=6000)
        self.till.pay(self.passenger)
        self.till.booked()
        self.passenger.wait("printing", 20)
        wait_until(lambda: stage.order("printer", do="state")["receiving"] >= 6000, "half a page is out", 20)
        self.kiosk.kill()
        self.say("SIGKILL in the middle of a page")
        stage.order("printer", do="power_cycle")
        self._reopen()
        wait_until(lambda: self.trail.tickets_on_paper() > pages, "the copy is printed", 60)
        (ticket,) = self.trail.collect(1)
        times = self.till.times()
        self.report["recovery"]["charged_times"] = max(self.report["recovery"]["charged_times"], times)
        self.report["recovery"]["printed_copies_marked"] = ticket["marked_copy"]
        self.report["recovery"]["while_printing"] = {"charged": times, "marked_copy": ticket["marked_copy"]}
        self.say(f"after the restart: charged {times:g} time, a marked copy of ticket {ticket['code']} printed")

    def _reopen(self) -> None:
        self.kiosk, control = self.stage.open_terminal("kiosk", self.kiosk_config)
        self.passenger = Passenger(control, self._pictures(f"kiosk-life-{self.stage.lives}"))
        self.passenger.ask("wait", name="searchField", seconds=60)
        self.passenger.picture("after-restart")

    def _out_of_order(self) -> None:
        """What a passenger sees when nothing can be paid here."""
        if not self.way.offline:
            self.stage.order("link", do="cut")
            self.say("the link is cut")
        self.way.out_of_order()
        self.passenger.ask("wait", text=self.way.words_when_out, seconds=30)
        self.passenger.picture(f"no-{self.way.means}")
        self.way.in_order()
        self.say("without a way to pay the first screen says so")
        self.report["money"] = money = self.till.end(self.report["tickets"])
        self.say(f"the other side took {money['taken_minor']}, the tickets cost {money['sold_minor']} (minor units)")

    # after

    def _sync(self) -> None:
        stage = self.stage
        expected = len({entry["ticket_id"] for entry in self.report["tickets"]})
        before = stage.central.status()
        if before["tickets"] and self.way.offline:
            raise KioskError("central knew of tickets while the link was cut")
        stage.order("link", do="heal")
        self.say("the link is back")
        found: dict[str, Any] = {}

        def arrived() -> bool:
            found.update(stage.central.status())
            return bool(found["tickets"] >= expected and found["admissions"] >= 2)

        wait_until(arrived, f"central has all {expected} tickets and both admissions", 180)
        shown = ("sales", "tickets", "admissions", "oversold", "duplicates", "unapplied", "incidents", "sound")
        self.report["central"] = {name: found[name] for name in shown}
        self.say(f"central holds {found['sales']} sales, {found['tickets']} tickets, oversold {found['oversold']}")
