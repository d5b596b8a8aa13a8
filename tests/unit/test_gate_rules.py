"""What must hold of the gate's decision whatever the ticket: by property, in every mode, around every edge."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.app.gate_cases import paths_of, results_of
from kiosk.domain.gate import decision as decision_module
from kiosk.domain.gate.case import Case, cases_of
from kiosk.domain.gate.decision import RULES
from kiosk.domain.gate.form import Mode
from kiosk.domain.gate.grounds import Grounds, decided, packed, unpacked
from kiosk.domain.gate.judge import Judged, judge
from kiosk.domain.gate.order import in_order, last_strike
from kiosk.domain.gate.play import Player
from kiosk.domain.gate.railway import Call, Delay, Journey
from kiosk.domain.gate.scan import Override, Scan
from kiosk.domain.gate.words import SIGNALS, UNPROVEN, Decision, Word
from kiosk.domain.gate.world import GateList, GatePost, Passage, Product, Question, Ticket, World, Zone

CASE_FILES = paths_of((Path(__file__).parents[1] / "gate_cases",))
MODES: tuple[Mode, ...] = get_args(Mode)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
minutes = st.integers(-3 * 1440, 3 * 1440).map(lambda each: NOON + timedelta(minutes=each))
maybe = st.none() | minutes
flag = st.booleans()

journeys = st.builds(
    lambda starts, opens, grace: Journey(
        id="T",
        calls=tuple(
            Call(stop=stop, arrives=starts + timedelta(minutes=30 * n), departs=starts + timedelta(minutes=30 * n + 2))
            for n, stop in enumerate("ABCD")
        ),
        opens_before_min=opens,
        grace_min=grace,
    ),
    minutes, st.integers(0, 200), st.integers(0, 60),
)  # fmt: skip
tickets = st.builds(
    Ticket,
    code=st.just("K"),
    product=st.sampled_from(["", "p", "pass"]),
    stored=st.just(False),
    signature=st.sampled_from(["good", "good", "good", "bad", "unchecked"]),
    valid_from=maybe,
    valid_until=maybe,
    journey=st.sampled_from(["", "T", "T", "X"]),
    bound=flag,
    origin=st.just("A"),
    destination=st.sampled_from(["C", "D"]),
    persons=st.integers(1, 4),
    home_gate=st.sampled_from(["", "", "g", "h"]),
    text=st.sampled_from(["", "note"]),
)
lists = st.builds(
    GateList,
    id=st.just("L"),
    products=st.sampled_from([None, None, ("p", "pass", "")]),
    multi_entry=flag,
    reentry=flag,
    passback_min=st.sampled_from([0, 0, 10]),
    strict_exit=flag,
    valid_from=maybe,
    rule=st.sampled_from([None, None, ["<", "entries_today", 2], ["after", "10:00"], ["nonsense"]]),
    checkout_at=st.sampled_from(["", "", "22:00"]),
)
worlds = st.builds(
    lambda zone, ticket, passing, journey, late, room, revoked, question, stop: World(
        time_zone=zone,
        products=(Product(id="p", attention=True), Product(id="pass", unlimited=True), Product(id="")),
        questions=(Question(id="q"),) if question else (),
        lists=(passing,),
        gates=(GatePost(id="g", list="L", zone="z", stop=stop), GatePost(id="h", list="L")),
        zones=(Zone(id="z", capacity=room),),
        journeys=(journey,),
        delays=(Delay(journey="T", minutes=late),) if late else (),
        tickets=(ticket,),
        revoked=("K",) if revoked else (),
    ),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns"]),
    tickets, lists, journeys, st.sampled_from([0, 0, 25]), st.integers(0, 6),
    st.sampled_from([False, False, False, True]), st.sampled_from([False, False, True]),
    st.sampled_from(["", "", "A", "B", "D"]),
)  # fmt: skip
passages = st.lists(
    st.builds(
        Passage,
        ticket=st.just("K"),
        at=minutes,
        list=st.just("L"),
        gate=st.sampled_from(["g", "h"]),
        kind=st.sampled_from(["entry", "exit"]),
        persons=st.integers(1, 2),
    ),
    max_size=4,
).map(tuple)
scans = st.builds(
    Scan,
    scan=st.just("K"),
    gate=st.just("g"),
    kind=st.sampled_from(["entry", "entry", "exit"]),
    persons=st.integers(0, 3),
    journey=st.sampled_from(["", "", "T", "X"]),
    answers=st.sampled_from([{}, {"q": "yes"}]),
)


@given(worlds, scans, minutes, passages, st.integers(0, 6))
def test_one_answer_in_every_mode_and_from_the_record(
    world: World, scan: Scan, at: datetime, seen: tuple[Passage, ...], inside: int
) -> None:
    """Of a ticket that has no record anywhere all modes know the same, so they say the same; always, and later too."""
    said = {
        mode: judge(world, scan, at, mode=mode, inside=inside, seen=seen).decision
        for mode in (*MODES, *MODES)
    }  # fmt: skip
    assert len({msgspec.json.encode(each) for each in said.values()}) == 1
    grounds = Grounds(world=world, scan=scan, at=at, inside=inside, seen=seen)
    assert decided(unpacked(packed(grounds))).decision == said["local"]


@given(worlds, scans, minutes, passages)
def test_what_is_not_proven_shows_nothing_and_nobody_passes_it_over(
    world: World, scan: Scan, at: datetime, seen: tuple[Passage, ...]
) -> None:
    boss = Override(role="supervisor", reason="because")
    decision = judge(world, scan, at, seen=seen).decision
    passed = judge(world, msgspec.structs.replace(scan, override=boss), at, seen=seen).decision
    if world.tickets[0].signature != "good":
        assert decision.word in UNPROVEN and not (decision.note or decision.attention or decision.may_override)
        assert passed.word is Word.OVERRIDE_REFUSED
    elif not decision.passes:
        assert passed.passes == decision.may_override and (passed.override == decision.word) == passed.passes


@given(worlds, scans, minutes, passages)
def test_one_more_use_never_helps(world: World, scan: Scan, at: datetime, seen: tuple[Passage, ...]) -> None:
    """Where nobody comes in twice, who was refused is refused also when one more entry is known."""
    plain = GateList(id="L")
    world = msgspec.structs.replace(world, lists=(plain,))
    scan = msgspec.structs.replace(scan, persons=max(scan.persons, 1))  # "all who are left" would be fewer
    more = (*seen, Passage(ticket="K", at=at, list="L", gate="h"))
    if scan.kind == "entry" and not judge(world, scan, at, seen=seen).decision.passes:
        assert not judge(world, scan, at, seen=more).decision.passes


@given(worlds, scans, minutes, passages)
def test_the_next_useful_instant_is_useful(world: World, scan: Scan, at: datetime, seen: tuple[Passage, ...]) -> None:
    decision = judge(world, scan, at, seen=seen).decision
    if decision.next_at is None:
        return
    assert decision.next_at > at.timestamp()
    then = judge(world, scan, datetime.fromtimestamp(decision.next_at, UTC), seen=seen).decision
    assert then.rule != decision.rule or (decision.rule, then.rule) == ("organiser",) * 2
    assert decision.word is not Word.RULE or then.rule != "organiser"


@given(worlds, scans, minutes, passages)
def test_who_came_in_goes_out(world: World, scan: Scan, at: datetime, seen: tuple[Passage, ...]) -> None:
    """Whatever became of the ticket meanwhile; only the way beyond its end, or a train nobody knows, holds it up."""
    came = Passage(ticket="K", at=at, list="L", gate="g", persons=world.tickets[0].persons)
    leaving = msgspec.structs.replace(scan, kind="exit", answers={})
    decision = judge(world, leaving, at, seen=(came,)).decision
    held = decision.rule in ("signature", "journey", "place")
    assert decision.word is Word.EXIT or held
    assert held or world.tickets[0].signature == "good"


ZONES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Shanghai")
# Nights on which clocks are changed somewhere.
nights = st.sampled_from([datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 3, 8), datetime(2026, 11, 1),
                          datetime(2026, 4, 5), datetime(2026, 10, 4)])  # fmt: skip


@given(nights, st.integers(-300, 600), st.integers(1, 600), st.integers(-600, 1200), st.sampled_from(ZONES))
def test_a_window_by_the_wall_clock_on_the_night_of_a_change(
    night: datetime, begins: int, lasts: int, off: int, zone: str
) -> None:
    """Whoever stands there: in when the instants say so, and the instants are those of the wall clock's first hour."""
    opens, closes = night + timedelta(minutes=begins), night + timedelta(minutes=begins + lasts)
    ticket = Ticket(code="K", valid_from=opens, valid_until=closes)
    now = datetime.fromtimestamp(opens.replace(tzinfo=ZoneInfo(zone)).timestamp() + off * 60, UTC)
    decision = judge(World(time_zone=zone, tickets=(ticket,)), Scan(scan="K"), now).decision
    first, last = (each.replace(tzinfo=ZoneInfo(zone)).timestamp() for each in (opens, closes))
    expected = Word.NOT_YET if now.timestamp() < first else Word.EXPIRED if now.timestamp() > last else Word.ADMIT
    if last < first:  # all of it lies in the hour that was left out
        expected = Word.EXPIRED
    assert decision.word is expected
    assert decision.next_at == (first if expected is Word.NOT_YET else None)


@given(nights, st.integers(0, 2880), st.integers(0, 23), st.sampled_from(ZONES))
def test_the_hour_struck_before_now_and_within_a_day(night: datetime, minute: int, hour: int, zone: str) -> None:
    now = night.replace(tzinfo=UTC).timestamp() + 60 * minute
    struck = last_strike(World(time_zone=zone), f"{hour:02}:30", now)
    assert 0 <= now - struck.timestamp() <= 25.5 * 3600 and (struck.hour, struck.minute) == (hour, 30)


@given(st.lists(minutes, max_size=6), st.lists(minutes, max_size=6))
def test_own_order_stays_and_what_is_heard_falls_into_place(own: list[datetime], told: list[datetime]) -> None:
    mine = [Passage(ticket="K", at=at, gate="g", persons=n + 1) for n, at in enumerate(own)]
    theirs = [Passage(ticket="K", at=at, gate="h", persons=n + 1) for n, at in enumerate(told)]
    found = in_order(mine, theirs)
    assert [each for each in found if each.gate == "g"] == mine
    assert sorted(each.persons for each in found if each.gate == "h") == list(range(1, len(theirs) + 1))
    assert in_order(mine, [*theirs, *theirs]) == found == in_order(mine, reversed(theirs))
    if sorted(own) == own:
        assert [each.at for each in found] == sorted(each.at for each in found)


@cache
def all_played() -> list[tuple[str, Decision]]:
    """Every decision in the written cases, by case."""
    found = []
    for path in CASE_FILES:
        for case, raw in cases_of(tomllib.loads(path.read_text(encoding="utf-8"))):
            assert isinstance(case, Case) and isinstance(raw, dict)
            player = Player(case, raw)
            outcomes = [player.step(step) for step in case.steps]
            found += [(case.id, each.decision) for each in outcomes if each.decision is not None]
    return found


def test_every_rule_of_the_table_ends_a_written_case() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert set(names) - {decision.rule for _, decision in all_played()} == set()


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_without_a_rule_a_written_case_differs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of the table is needed: taken out, somebody passes, or hears another reason."""
    ended = {case for case, decision in all_played() if decision.rule == name}
    for table in ("_ENTRY", "_EXIT_INSIDE", "_EXIT_OUTSIDE"):
        left = tuple(rule for rule in getattr(decision_module, table) if rule.name != name)
        monkeypatch.setattr(decision_module, table, left)
    assert any(wrong for path in CASE_FILES for case, wrong in results_of(path, tuple(ended)) if case in ended)


def test_every_verdict_has_one_class() -> None:
    classes = {word: Decision(word=word).signal for word in Word}
    assert {*classes.values()} == {"go", "bye", "again", "ask", "wait", "closed", "stop"}
    assert sum(len(words) for words in SIGNALS.values()) == len(frozenset[Word]().union(*SIGNALS.values()))
    assert [word for word, signal in classes.items() if signal in ("go", "bye")] == [Word.ADMIT, Word.EXIT]


@pytest.mark.parametrize(("clock_off_s", "known", "word"), [(600, True, "admit"), (600, False, "expired")])
def test_a_clock_that_is_wrong(clock_off_s: float, known: bool, word: str) -> None:
    gate = GatePost(id="g", clock_off_s=clock_off_s, clock_corrected=known)
    world = World(gates=(gate,), tickets=(Ticket(code="K", valid_until=NOON + timedelta(minutes=5)),))
    judged: Judged = judge(world, Scan(scan="K", gate="g"), NOON)
    assert judged.decision.word == word
