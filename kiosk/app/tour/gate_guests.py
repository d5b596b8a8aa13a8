"""Guests of a festival at the two gates: a list that another system wrote, imported at central, with its wristbands."""

from __future__ import annotations

from kiosk.app.tour.gate_queue import A, B, Holder
from kiosk.app.tour.stage import Stage

FESTIVAL = """code;holder;product;booking;status;rides;leases;companion_of
FEST-0001;Mara Lind;day;BK-2207;;;;
FEST-0002;José Núñez;day;BK-2208;pending;;;
FEST-0003;Ito Aya;carnet;BK-2209;;4;Gate 3=1,Gate 5=3;
FEST-0004;Tim Lind;day;BK-2207;;;;FEST-0001
FEST-0005;Li Wei;weekend;BK-2210;;;;
"""
BANDS = "code\nBAND77\nBAND78\n"
# Of all gates: children are asked for and staff look who goes with them; unpaid guests come in when staff say so.
PLAN = """
products = [
  { id = "adult" }, { id = "child", acknowledge = true, text = "Ask who goes with them" },
  { id = "day", name = "Festival, Saturday" }, { id = "carnet", name = "Festival, four entries" },
  { id = "weekend", name = "Festival, weekend", medium = "only" },
]
questions = [{ id = "Travels with an adult?", kind = "yes_no", products = ["child"] }]
lists = [{ id = "Main", include_pending = true }]
"""
CODES = {f"guest {number}": f"FEST-000{number}" for number in range(1, 6)} | {"wristband": "BAND77"}
STANDS_FOR = {CODES["wristband"]: CODES["guest 5"]}  # once it was handed out
_BAND = ("key-band", *(f"pad-{letter}" for letter in CODES["wristband"]), "key-enter")


def plan_gates(stage: Stage) -> None:
    """One plan for all gates, which central tells them."""
    path = stage.folder / "plan.toml"
    gates = ", ".join(f'{{ id = "{name}", list = "Main" }}' for name in (A, B))
    path.write_text(f"{PLAN}gates = [{gates}]\n")
    stage.central.command("plan", "set", str(path))


def import_festival(stage: Stage) -> None:
    """Lists as another system wrote them."""
    for name, text, options in (("festival.csv", FESTIVAL, ()), ("bands.csv", BANDS, ("--media",))):
        path = stage.folder / name
        path.write_text(text.replace("Gate 3=1,Gate 5=3", '"Gate 3=1; Gate 5=3"'))
        stage.central.command("guests", "import", str(path), *options)


def visitors() -> list[Holder]:
    """One of each kind, in order."""
    return [
        Holder(A, "guest 4", "phone", "companion_first"),
        Holder(B, "guest 1", "phone", "admit"),
        Holder(A, "guest 4", "phone", "admit", gap=True),  # the other gate told
        Holder(A, "guest 1", "paper", "used"),
        Holder(A, "guest 2", "phone", "unpaid", taps=("key-unpaid",), then="admit"),
        Holder(A, "guest 3", "phone", "admit"),
        Holder(A, "guest 3", "phone", "no_rides", gap=True),
        Holder(B, "guest 3", "phone", "admit"),
        Holder(B, "guest 5", "paper", "exchange_required", taps=_BAND, then="admit"),
        Holder(A, "guest 5", "paper", "exchanged"),
        Holder(A, "wristband", "phone", "used"),
    ]
