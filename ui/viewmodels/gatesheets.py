"""What stands on each sheet of the gate's screen: title, lines, keys, letters; by the name of the sheet."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.gate.words import Word
from kiosk.domain.gate.world import Question
from ui.viewmodels.gate import Around, Count, GateViewModel
from ui.viewmodels.gateask import KeyRow, open_question, reasons
from ui.viewmodels.gateask import keys_of as verdict_keys
from ui.viewmodels.gatefound import details_of as hit_details
from ui.viewmodels.gatefound import line_of, stop_line
from ui.viewmodels.gatelines import LineRow
from ui.viewmodels.gatestate import HandState
from ui.viewmodels.gatetold import details_of, row_of
from ui.viewmodels.texts import translate

PAGE = 5  # lines of a sheet: a glove needs 20 mm for each
COUNTS_PAGE = 9
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ 2345678901.-:@"  # what a code has comes first
FIGURES = "1234567890"
OWN_KEYS = ("answer", "next", "back", "enter")  # what passengers may touch themselves

Questions = Mapping[str, Question]


def typing(state: HandState) -> bool:
    return state.sheet in ("number", "pin", "answer", "band", "lookup")


def letters_of(state: HandState) -> str:
    return FIGURES if state.sheet in ("number", "pin") else LETTERS


def title_of(gate: GateViewModel, state: HandState, questions: Questions) -> str:
    if state.sheet == "answer":
        return _question(gate, questions)
    titles = {
        "last": translate("Gate", "The last scans"),
        "detail": translate("Gate", "One scan"),
        "counts": translate("Gate", "Counts: in today"),
        "lookup": translate("Gate", "Code, name or booking"),
        "hits": translate("Gate", "Found by %1").replace("%1", state.sought),
        "hit": translate("Gate", "One ticket"),
        "stops": translate("Gate", "Rides on to"),
        "more": translate("Gate", "This screen"),
        "number": translate("Gate", "Your staff number"),
        "pin": translate("Gate", "Your PIN"),
        "band": translate("Gate", "Hand out a wristband"),
        "reasons": translate("Gate", "Why let in?"),
    }
    return titles.get(state.sheet, "")


def _question(gate: GateViewModel, questions: Questions) -> str:
    verdict = gate.verdict
    question = open_question(verdict.decision, questions) if verdict else None
    return question.id if question else ""


def note_of(gate: GateViewModel, state: HandState) -> str:
    if state.note:
        return state.note
    if state.sheet == "more" and gate.state.around.plan_refused:
        return translate("Gate", "Central's new plan does not fit this program; the one before stays.")
    if state.sheet == "band":
        return translate("Gate", "Scan the new wristband, or type its code.")
    if state.sheet == "lookup" and not state.typed:
        return translate("Gate", "Names in other scripts than these letters: by code or booking.")
    if state.sheet == "stops" and not state.stops:
        return translate("Gate", "This train goes no farther.")
    return ""


def lines_of(gate: GateViewModel, state: HandState, questions: Questions) -> list[LineRow]:
    around, language = gate.state.around, gate.language
    if state.sheet == "last":
        rows = [row_of(scan, language, around.zone) for scan in gate.scans]
        lines = [
            LineRow(f"scan {n}", row.signal, row.icon, row.title, row.detail, row.time) for n, row in enumerate(rows)
        ]
        return lines[state.page * PAGE : (state.page + 1) * PAGE]
    if state.sheet == "detail" and state.picked < len(gate.scans):
        facts = details_of(gate.scans[state.picked], language, around.zone)
        return [LineRow("", "", "", each.value, each.label) for each in facts]
    if state.sheet == "counts":
        return count_lines(around)[state.page * COUNTS_PAGE : (state.page + 1) * COUNTS_PAGE]
    if state.sheet == "hits":
        shown = list(enumerate(state.hits))[state.page * PAGE : (state.page + 1) * PAGE]
        return [line_of(each, number, language, around.zone, around.today) for number, each in shown]
    if state.sheet == "hit" and state.hit is not None:
        return hit_details(state.hit, language, around.zone)
    if state.sheet == "stops":
        stops = state.stops[state.page * PAGE : (state.page + 1) * PAGE]
        return [stop_line(each, language, around.zone, around.currency) for each in stops]
    if state.sheet == "reasons":
        return [LineRow(f"reason {each}", "", "", each, "") for each in reasons()]
    return []


def count_lines(around: Around) -> list[LineRow]:
    """The large figure is who came in; what went out and is inside stands above the name."""
    first = [
        LineRow("", "", "", translate("Gate", "In today"), "", str(around.count)),
        LineRow("", "", "", translate("Gate", "Out today"), "", str(around.out)),
        LineRow("", "", "", translate("Gate", "Inside"), "", str(around.inside)),
    ]
    return first + [LineRow("", "", "", each.label, _about(each), str(each.value)) for each in around.counts]


def _about(count: Count) -> str:
    words = [count.about] if count.about else []
    if count.out >= 0:
        inside = translate("Gate", "%1 out, %2 inside").replace("%1", str(count.out))
        words.append(inside.replace("%2", str(count.inside)))
    return "  ·  ".join(words)


def keys_of(gate: GateViewModel, state: HandState, questions: Questions) -> list[KeyRow]:
    """All that staff have; passengers only what they need to answer."""
    keys = _all_keys(gate, state, questions)
    return [key for key in keys if not state.bare or key.name.partition(" ")[0] in OWN_KEYS]


def _all_keys(gate: GateViewModel, state: HandState, questions: Questions) -> list[KeyRow]:
    scans, verdict = len(gate.scans), gate.verdict
    if state.sheet:
        return [KeyRow("back", translate("Gate", "Back"), "arrow-left"), *_sheet_keys(gate, state)]
    if verdict is not None:
        keys = verdict_keys(verdict, questions, state.persons)
        if state.badges and verdict.facts is not None and verdict.reason in (Word.ADMIT, Word.USED):
            keys.insert(len(keys) - 1, KeyRow("badge", translate("Gate", "Badge again"), "printer"))
        return keys
    return [
        KeyRow("last", translate("Gate", "Last scans"), "list", available=scans > 0),
        KeyRow("lookup", translate("Gate", "Look up"), "search"),
        KeyRow("light", translate("Gate", "Light"), "torch", state.torch, not state.dark),
        KeyRow("counts", translate("Gate", "Counts"), "adult"),
        KeyRow("more", translate("Gate", "More"), "plus"),
    ]


def _pages(state: HandState, lines: int, page: int) -> list[KeyRow]:
    """Keys to turn pages with; of the last scans the newest come first."""
    last = state.sheet == "last"
    if lines <= page and not last:
        return []
    up = translate("Gate", "Newer") if last else translate("Gate", "Up")
    down = translate("Gate", "Older") if last else translate("Gate", "Down")
    return [
        KeyRow("newer", up, "chevron-up", available=state.page > 0),
        KeyRow("older", down, "chevron-down", available=(state.page + 1) * page < lines),
    ]


def _sheet_keys(gate: GateViewModel, state: HandState) -> list[KeyRow]:
    """Beside the one that leads back."""
    pages = {
        "last": (len(gate.scans), PAGE),
        "counts": (len(count_lines(gate.state.around)), COUNTS_PAGE),
        "hits": (len(state.hits), PAGE),
        "stops": (len(state.stops), PAGE),
    }
    if state.sheet in pages:
        return _pages(state, *pages[state.sheet])
    if state.sheet == "hit" and state.hit is not None:
        decision = state.hit.hit.verdict.decision
        return [KeyRow("in", translate("Gate", "Let in"), "key", available=decision.passes or decision.may_override)]
    if state.sheet == "more":
        return [
            KeyRow("hand", translate("Gate", "Left hand"), "hand", state.lefty),
            KeyRow("sun", translate("Gate", "Sun"), "sun", state.sun),
            KeyRow("out", translate("Gate", "People leave"), "door-out", state.out),
            KeyRow("open", translate("Gate", "Emergency: open"), "warning", gate.state.emergency),
        ]
    if state.sheet == "lookup":
        return [KeyRow("search", translate("Gate", "Search"), "search", available=state.typed.strip() != "")]
    if typing(state):
        return [KeyRow("enter", translate("Gate", "Enter"), "check", available=state.typed != "")]
    return []
