"""Every verdict a gate can give, the class each belongs to, and the answer to one scan."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kiosk.domain.gate.world import Passage


class Word(StrEnum):
    """Every verdict; stable codes that are journalled, and shown in words by the screen."""

    ADMIT = "admit"
    EXIT = "exit"
    USED = "used"
    UNKNOWN = "unknown"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_IN_FORCE = "not_in_force"
    BAD_SIGNATURE = "bad_signature"
    KEY_RETIRED = "key_retired"
    OUT_OF_SCOPE = "out_of_scope"
    TEST_TICKET = "test_ticket"
    OTHER_OPERATOR = "other_operator"
    MEDIUM = "medium"
    MEDIUM_EXISTS = "medium_exists"
    EXCHANGE_REQUIRED = "exchange_required"
    REVOKED = "revoked"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    EXCHANGED = "exchanged"
    UNPAID = "unpaid"
    UNAPPROVED = "unapproved"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    CLOCK = "clock"
    OLD_CODE = "old_code"
    WRONG_EVENT = "wrong_event"
    WRONG_DAY = "wrong_day"
    WRONG_TRAIN = "wrong_train"
    TRAIN_CANCELLED = "train_cancelled"
    UNKNOWN_JOURNEY = "unknown_journey"
    WRONG_PLACE = "wrong_place"
    WRONG_GATE = "wrong_gate"
    WRONG_LIST = "wrong_list"
    NOT_LEASED = "not_leased"
    RULE = "rule"
    RULE_NOT_UNDERSTOOD = "rule_not_understood"
    ANSWER_REQUIRED = "answer_required"
    DOCUMENT = "document"
    GROUP_REST = "group_rest"
    NO_RIDES = "no_rides"
    ZONE_FULL = "zone_full"
    COMPANION_FIRST = "companion_first"
    PASSBACK = "passback"
    NOT_INSIDE = "not_inside"
    AMBIGUOUS = "ambiguous"
    STALE_LISTS = "stale_lists"
    EMERGENCY = "emergency"
    OVERRIDE_REFUSED = "override_refused"
    NOT_CONFIGURED = "not_configured"
    NAME_ONLY = "name_only"  # a typed code, a name or a booking is no proof: the code on the ticket is needed


# Nothing is shown of a ticket that nobody proved, or that is not ours.
UNPROVEN = frozenset(
    {
        *(Word.UNKNOWN, Word.UNKNOWN_ISSUER, Word.NOT_IN_FORCE, Word.BAD_SIGNATURE, Word.KEY_RETIRED),
        *(Word.OUT_OF_SCOPE, Word.TEST_TICKET, Word.OTHER_OPERATOR, Word.WRONG_EVENT),
    }
)
# Each class of verdicts has a colour, a symbol, a sound and a vibration of its own.
SIGNALS: dict[str, frozenset[Word]] = {
    "bye": frozenset({Word.EXIT}),
    "again": frozenset({Word.UNKNOWN, Word.AMBIGUOUS, Word.NAME_ONLY, Word.OLD_CODE}),
    "ask": frozenset({Word.ANSWER_REQUIRED, Word.DOCUMENT, Word.GROUP_REST, Word.EXCHANGE_REQUIRED}),
    "wait": frozenset({Word.NOT_YET, Word.PASSBACK, Word.ZONE_FULL, Word.COMPANION_FIRST}),
    "closed": frozenset({Word.EMERGENCY, Word.NOT_CONFIGURED, Word.STALE_LISTS, Word.CLOCK}),
}
# What a named role may let pass on its own responsibility; never what says that the ticket is not a ticket of ours.
OVERRIDABLE = frozenset(
    {
        *(Word.USED, Word.UNPAID, Word.UNAPPROVED, Word.NOT_YET, Word.EXPIRED, Word.WRONG_DAY, Word.WRONG_TRAIN),
        *(Word.WRONG_PLACE, Word.WRONG_GATE, Word.WRONG_LIST, Word.RULE, Word.RULE_NOT_UNDERSTOOD, Word.CLOCK),
        *(Word.ANSWER_REQUIRED, Word.DOCUMENT, Word.GROUP_REST, Word.NO_RIDES, Word.ZONE_FULL, Word.NOT_INSIDE),
        *(Word.COMPANION_FIRST, Word.PASSBACK, Word.BLOCKED, Word.TRAIN_CANCELLED, Word.NOT_LEASED),
        *(Word.EXCHANGE_REQUIRED, Word.STALE_LISTS, Word.UNKNOWN_JOURNEY, Word.NAME_ONLY),
    }
)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one scan. Times are unix s, money is minor units; -1 = does not apply."""

    word: Word
    rule: str = ""  # which rule ended it
    detail: str = ""  # data for the sentence: a list, a station, a status
    next_at: float | None = None  # the next useful instant
    right_gate: str = ""  # where the holder should go instead
    first: Passage | None = None  # the use before
    remaining: int = -1
    fare_due: int = -1
    questions: tuple[str, ...] = ()
    attention: bool = False
    note: str = ""
    acknowledge: bool = False
    doubts: tuple[str, ...] = ()  # let in all the same, but staff look: "lists", "clock", "rule"
    may_override: bool = False
    badge: bool = False  # to be printed
    override: str = ""  # the verdict that staff passed over

    @property
    def passes(self) -> bool:
        return self.word in (Word.ADMIT, Word.EXIT)

    @property
    def signal(self) -> str:
        """The class of verdict: go, look (go, but staff look first), bye, again, ask, wait, closed, stop."""
        if self.word is Word.ADMIT:
            return "look" if self.attention or self.acknowledge or self.doubts else "go"
        if self.word is Word.RULE and self.next_at is not None:
            return "wait"
        return next((name for name, words in SIGNALS.items() if self.word in words), "stop")
