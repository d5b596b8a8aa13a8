"""The gates' story: tickets are sold, some are withdrawn, then forty people come to two gates that tell each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from kiosk.app.clock import SystemClock
from kiosk.app.demo import import_network
from kiosk.app.identity import Identity
from kiosk.app.tour.gate_desk import RIDES_ON, Desk, invite, promises
from kiosk.app.tour.gate_guests import CODES, import_festival, plan_gates, visitors
from kiosk.app.tour.gate_posts import Posts
from kiosk.app.tour.gate_queue import NUMBER, OUT, PIN, A, B, afterwards, orders, queue
from kiosk.app.tour.gate_things import JUNK, Things, forged
from kiosk.app.tour.paper import read_paper
from kiosk.app.tour.stage import OFFSCREEN, Stage, wait_until
from kiosk.app.ways.way import lines_of
from kiosk.domain import ticket as tickets
from kiosk.domain.codes import human_code
from kiosk.domain.errors import KioskError
from kiosk.services.offers import Offers
from kiosk.services.search import Search
from kiosk.services.staff import Staff
from kiosk.store.catalogue import CatalogueStore

ORIGIN, DESTINATION = "VNP", "AOH"  # Beijing South to Shanghai Hongqiao
BEFORE_S = 20 * 60  # before the train's departure the gates' clock stands
SELLER_S = 300


class GateStory:
    """The steps in order, and what was seen."""

    def __init__(self, out: Path, pay: str) -> None:
        self._out, self._pay, self._begun = out, pay, time.monotonic()
        self.report: dict[str, Any] = {"queue": [], "counts": {}, "central": {}}
        self._leaving = False

    def say(self, text: str) -> None:
        """One line a step."""
        click.echo(f"{time.monotonic() - self._begun:6.1f} s  {text}")

    def play(self, stack: ExitStack) -> None:
        self.stage = stage = Stage(self._out / "run", stack, self._pay)
        self.posts = Posts(stage, self._out / "pictures", self.report, self.say)
        import_network(stage.central, None)
        stage.start_central()
        stage.start_devices()
        self.say(f"central answers on {stage.central.url}; printer and payment terminal are processes of their own")
        self._choose()
        self._sell()
        invite(stage)
        import_festival(stage)
        plan_gates(stage)
        self._open_gates()
        for holder in queue():
            self.posts.hold_up(holder)
        self.say("guests of a festival come, by another system's list")
        for holder in visitors():
            self.posts.hold_up(holder)
        self.say("afterwards: staff take back, let in all the same, count out")
        for holder in afterwards():
            if holder.expected == "exit" and not self._leaving:
                self.posts.tap(holder.gate, OUT)
                self._leaving = True
            self.posts.hold_up(holder)
        self.posts.look_up()
        self._serve()
        self._count()

    # before

    def _choose(self) -> None:
        """Trains of tomorrow: one in the middle of the day, one long before, one long after; a concert."""
        folder = self._out / "run" / "plan"
        catalogue = self.stage.catalogue(folder)
        store = CatalogueStore(folder, bytes(32))
        try:
            store.replace(catalogue, "plan")
            self._plan(Search(store, Offers(store, _NoCells(), SystemClock()), SystemClock()), store)
        finally:
            store.close()

    def _plan(self, search: Search, store: CatalogueStore) -> None:
        days = search.days()
        day = days[1]
        found = [each for each in search.departures(ORIGIN, DESTINATION, day, 0) if each.classes and each.layout_id]
        middle = [each for each in found if "10:00" <= each.departs <= "15:00"]
        self.train = train = middle[0]
        earlier = [each for each in found if each.departs_at < train.departs_at - 3600]
        later = [each for each in found if each.departs_at > train.departs_at + 3 * 3600]
        service = store.service_journey(train.service_journey_id)
        if not (earlier and later and service):
            raise KioskError("the tour of the gate needs the shipped network")
        concert = next(each for each in search.events() if each.operating_day == day)
        next_day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        self._orders = orders(
            ORIGIN,
            DESTINATION,
            day,
            train.number,
            {
                "child": "child",
                "day": next_day,
                "other": train.number,
                "later": later[0].number,
                "earlier": earlier[-1].number,
                "midway": next(call.stop_place_id for call in service.calls[train.from_call + 1 :]),
                "hall": concert.origin.id,
                "concert": concert.number,
                "concert_day": concert.operating_day,
            },
        )
        self.say(f"the gates will stand at {train.origin.name} on {day}, {train.number} leaves at {train.departs}")

    def _sell(self) -> None:
        """A seller's process; then the texts of all tickets, the forged ones among them."""
        stage = self.stage
        devices = {"printer": {"address": f"127.0.0.1:{stage.ports['printer']}"}, **stage.way.sections(timeout_s=20)}
        config, who = stage.enrol("K14", "kiosk", ORIGIN, **devices)
        wanted = self._out / "run" / "orders.json"
        wanted.write_text(json.dumps({"config": str(config), "orders": self._orders}, indent=1))
        command = [sys.executable, "-m", "kiosk.app.tour.seller", str(wanted)]
        environment = {**os.environ, **OFFSCREEN}
        done = subprocess.run(command, capture_output=True, text=True, timeout=SELLER_S, env=environment)
        if done.returncode:
            raise KioskError(f"the seller ended with {done.returncode}:\n{done.stderr[-1500:]}")
        told = json.loads(done.stdout.strip().splitlines()[-1])
        sold: dict[str, list[str]] = told["sold"]
        self._name(sold, who, tuple(told["unheld"]))
        papers = [stage.folder / "paper" / line["file"] for line in lines_of(stage.folder / "paper" / "printed.jsonl")]
        printed = {text: path for path in papers if (text := read_paper(path)) is not None}
        missing = [name for name, texts in sold.items() for text in texts if text not in printed]
        if missing:
            raise KioskError(f"not on paper: {', '.join(missing)}")
        self.posts.things = Things(self._out / "things", printed)
        wait_until(lambda: stage.central.status()["tickets"] >= len(printed), "central has every ticket", 60)
        for name in ("revoked 1", "revoked 2"):
            code = human_code(tickets.read(self.posts.texts[name])[0].ticket_id)
            stage.central.command("void", code, "--reason", "tour")
        self.say(f"{len(printed)} tickets sold and printed; two of them withdrawn")

    def _name(self, sold: dict[str, list[str]], who: Identity, unheld: tuple[int, int]) -> None:
        """Each ticket by the name it has in the queue."""
        many = [*sold["good"], *sold["more"]]
        texts = {f"good {number}": text for number, text in enumerate(many[:11], 1)}
        spare, group, texts["revoked 1"], texts["revoked 2"] = many[11:15]
        texts["spare"] = spare
        for name in ("child", "other day", "later"):
            texts |= {f"{name} {number}": text for number, text in enumerate(sold[name], 1)}
        texts["short"] = sold["short"][0]
        texts |= {name: sold[name][0] for name in ("earlier", "elsewhere", "concert")}
        self.posts.texts = {
            **texts,
            **forged(spare, group, who.key, unheld),
            **{name: text for name, (_, text) in JUNK.items()},
            **CODES,
        }

    def _open_gates(self) -> None:
        stage = self.stage
        offset = round(self.train.departs_at - BEFORE_S - time.time())
        ports = stage.free_ports(2)
        for number, name in enumerate((A, B)):
            camera = stage.start_camera(f"camera {name}")
            lan = {
                "interface": "127.0.0.1",
                "group": "",
                "port": ports[number],
                "peers": f"127.0.0.1:{ports[1 - number]}",
            }
            config, _ = stage.enrol(
                name,
                "gate",
                ORIGIN,
                camera={"source": f"http://127.0.0.1:{camera}/"},
                clock={"offset_s": offset},
                screen={"shape": ("portrait", "landscape")[number], "width_mm": (120, 216)[number]},
                lan=lan,
            )
            Staff(stage.folder / config.stem, SystemClock()).add(NUMBER, "Li Wei", "supervisor", PIN)
            _, control = stage.open_terminal(config.stem, config)
            self.posts.open(name, control)
        self.posts.ready()
        self.say("two gates are open, each with a camera; they tell each other on the network")

    # after

    def holds(self) -> bool:
        """True when every gate said what it had to; what is broken is put under "broken"."""
        queue_, central = self.report["queue"], self.report["central"]
        wrong = [
            f"{each['no']} {each['what']}: {each['said']}, not {each['expected']}"
            for each in queue_
            if not each["right"]
        ]
        promised = {
            **promises(self.report.get("desk", {})),
            "the story came to its end": "error" not in self.report,
            "forty people came, and some again": len(queue_) == len(queue()) + len(visitors()) + len(afterwards()) + 1,
            "a typed code is looked up": self.report.get("looked_up") is True,
            "central has each admission once": central.get("admissions") == self.report.get("expected_admissions"),
            "nothing is doubled": central.get("duplicates") == 0,
            "central is sound": central.get("sound") is True,
        }
        broken = wrong + [what for what, well in promised.items() if not well]
        if broken:
            self.report["broken"] = broken
        return not broken

    def _serve(self) -> None:
        """People who have no code to hold up, or want to go farther."""
        desk = Desk(self.posts, self.stage.folder / "gate-3", self._out / "pictures")
        self.report["desk"] = desk.report
        desk.play()
        self.say(f"{A} finds a guest by name and a booking by its code, and takes the fare of who rides on")

    def _count(self) -> None:
        """What the gates and central have in the end."""
        passed = [each.then or each.expected for each in (*queue(), *visitors(), *afterwards(), RIDES_ON)]
        expected = passed.count("admit")  # what was taken back does not count
        found: dict[str, Any] = {}

        def arrived() -> bool:
            found.update(self.stage.central.status())
            return bool(found["admissions"] >= expected)

        wait_until(arrived, f"central has all {expected} admissions", 90)
        self.report["central"] = {name: found[name] for name in ("tickets", "admissions", "duplicates", "sound")}
        self.report["expected_admissions"] = expected
        self.say(f"central has {found['admissions']} admissions, twice admitted {found['duplicates']}")


class _NoCells:
    """No terminal holds places yet; prices do not depend on them."""

    def free(self, journey_id: int) -> list[int] | None:
        return None
