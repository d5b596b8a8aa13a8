"""One scan with all a gate knows, the words of its verdicts, and the answer."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kiosk.domain.gate.world import GateList, GatePost, Kind, Mode, Passage, Product, Ticket, World


class Word(StrEnum):
    """Every verdict a gate can give."""

    ADMIT = "admit"
    EXIT = "exit"
    USED = "used"
    UNKNOWN = "unknown"
    BAD_SIGNATURE = "bad_signature"
    KEY_RETIRED = "key_retired"
    MEDIUM = "medium"
    REVOKED = "revoked"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    EXCHANGED = "exchanged"
    UNPAID = "unpaid"
    UNAPPROVED = "unapproved"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    WRONG_EVENT = "wrong_event"
    WRONG_DAY = "wrong_day"
    WRONG_TRAIN = "wrong_train"
    WRONG_PLACE = "wrong_place"
    WRONG_GATE = "wrong_gate"
    WRONG_LIST = "wrong_list"
    RULE = "rule"
    RULE_NOT_UNDERSTOOD = "rule_not_understood"
    ANSWER_REQUIRED = "answer_required"
    DOCUMENT = "document"
    GROUP_REST = "group_rest"
    NO_RIDES = "no_rides"
    ZONE_FULL = "zone_full"
    COMPANION_FIRST = "companion_first"
    PASSBACK = "passback"
    AMBIGUOUS = "ambiguous"
    OVERRIDE_REFUSED = "override_refused"
    NOT_CONFIGURED = "not_configured"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One scan, with everything the decision may look at. `seen`: passages known to this gate, in scan order."""

    world: World
    ticket: Ticket
    gate: GatePost
    list: GateList
    now: float
    mode: Mode = "local"
    kind: Kind = "entry"
    journey: str = ""  # the train that boards here; "" = none in particular
    alight: str = ""  # where the holder wants out, for over-riding
    persons: int = 1
    answers: dict[str, str] = {}
    ask: bool = True
    document_seen: bool = False
    allow_unpaid: bool = False
    inside: int = 0  # people in the gate's zone
    seen: tuple[Passage, ...] = ()

    @property
    def stored(self) -> bool:
        """The ticket's own record is at hand."""
        return self.ticket.stored and self.mode != "signed-only"

    @property
    def product(self) -> Product:
        found = [each for each in self.world.products if each.id == self.ticket.product]
        return found[0] if found else Product(id=self.ticket.product)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Of this ticket on this list, annulled ones left out."""
        return tuple(
            each
            for each in self.seen
            if each.ticket == self.ticket.code and each.list == self.list.id and not each.annulled
        )

    @property
    def entries(self) -> tuple[Passage, ...]:
        return tuple(each for each in self.passages if each.kind == "entry")


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one scan. Times are unix s, money is minor units; -1 = does not apply."""

    word: Word
    rule: str = ""  # which rule ended it
    detail: str = ""  # data for the sentence: a list, a gate, a station, a status
    next_at: float | None = None
    first: Passage | None = None
    remaining: int = -1
    fare_due: int = -1
    questions: tuple[str, ...] = ()
    attention: bool = False
    note: str = ""
    may_override: bool = False

    @property
    def passes(self) -> bool:
        return self.word in (Word.ADMIT, Word.EXIT)
