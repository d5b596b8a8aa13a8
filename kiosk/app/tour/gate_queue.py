"""The queue at two gates: forty holders, what each holds up, and what the gate must say.

Expectations are written here, by the rules of the house, before anything is played; the report is compared with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

A, B = "Gate 3", "Gate 5"
NUMBER, PIN = "7", "482915"  # of the supervisor
_TYPED_PIN = tuple(f"pad-{figure}" for figure in PIN)
OVERRIDE = ("key-override", f"pad-{NUMBER}", "key-enter", *_TYPED_PIN, "key-enter", "line-0")
OUT = ("key-more", "key-out", "key-back")


@dataclass(frozen=True)
class Holder:
    """One person at one gate. `what` names a ticket, or a thing that is none; `on` is paper, phone or picture."""

    gate: str
    what: str
    on: str
    expected: str
    wishes: dict[str, float] = field(default_factory=dict)  # how it is held: tilt, blur, noise
    gap: bool = False  # the same code was here before: time must pass, or it is still the same person
    taps: tuple[str, ...] = ()  # what staff touch then
    then: str = ""  # and what the gate says after it; "waiting" = it has taken its word back
    words: str = ""  # and what stands on the screen then, where the verdict is called as before


def queue() -> list[Holder]:
    """All of them, in order."""
    held = [
        # what is good, on paper and on phones, held as people hold things
        Holder(A, "good 1", "paper", "admit"),
        Holder(B, "good 2", "phone", "admit"),
        Holder(A, "good 3", "paper", "admit", {"tilt": 12}),
        Holder(B, "good 4", "paper", "admit", {"tilt": -20, "blur": 0.8}),
        Holder(A, "good 5", "phone", "admit", {"noise": 10}),
        Holder(B, "good 6", "phone", "admit", {"tilt": 90}),
        Holder(A, "good 7", "paper", "admit", {"blur": 1.0, "noise": 6}),
        Holder(B, "good 8", "torn", "admit"),
        Holder(A, "good 9", "poster", "admit"),
        Holder(B, "good 10", "dim phone", "admit"),
        Holder(A, "child 1", "paper", "answer_required", taps=("key-answer true", "key-seen"), then="admit"),
        Holder(B, "child 2", "phone", "answer_required", taps=("key-answer true", "key-seen"), then="admit"),
        Holder(A, "group", "phone", "admit", taps=("key-fewer",), then="admit", words="2 people"),
        # used: here, and at the other gate
        Holder(A, "good 1", "paper", "used", gap=True),
        Holder(A, "good 1", "phone", "used", {"tilt": 8}, gap=True),
        Holder(B, "good 1", "phone", "used"),
        Holder(B, "good 3", "paper", "used"),
        Holder(A, "good 2", "phone", "used"),
        Holder(A, "good 8", "paper", "used"),
        Holder(B, "group", "phone", "admit"),
        # right ticket, wrong time or place
        Holder(A, "other day 1", "paper", "wrong_day"),
        Holder(B, "other day 2", "phone", "wrong_day"),
        Holder(A, "later 1", "paper", "not_yet"),
        Holder(B, "later 2", "phone", "not_yet"),
        Holder(A, "earlier", "paper", "expired"),
        Holder(B, "elsewhere", "phone", "wrong_place"),
        Holder(A, "concert", "paper", "wrong_place"),
        # withdrawn
        Holder(A, "revoked 1", "paper", "revoked"),
        Holder(B, "revoked 2", "phone", "revoked"),
        # forged
        Holder(A, "altered", "phone", "bad_signature"),
        Holder(B, "stranger's signature", "phone", "bad_signature"),
        Holder(A, "unknown machine", "phone", "unknown_issuer"),
        Holder(B, "stolen key", "phone", "not_leased"),
        Holder(A, "test ticket", "phone", "test_ticket"),
        Holder(B, "other operator", "phone", "out_of_scope"),
        # what is no ticket
        Holder(A, "web address", "phone", "unknown"),
        Holder(B, "boarding pass", "phone", "unknown"),
        Holder(A, "wireless network", "paper", "unknown"),
        Holder(B, "garbled", "phone", "unknown"),
        # and a last good one: nothing of all this has stopped the gate
        Holder(A, "good 11", "paper", "admit"),
    ]
    assert len(held) == 40
    return held


def afterwards() -> list[Holder]:
    """What staff do: take back, let in all the same, count out."""
    return [
        Holder(A, "spare", "paper", "admit", taps=("key-annul",), then="waiting"),
        Holder(B, "spare", "paper", "admit"),  # so it was not used up, and the other gate knows
        Holder(A, "good 2", "phone", "used", taps=OVERRIDE, then="admit"),
        Holder(B, "good 4", "phone", "exit"),
        Holder(B, "good 6", "phone", "exit"),
    ]


def orders(origin: str, destination: str, day: str, train: str, trains: dict[str, str]) -> list[dict[str, object]]:
    """What the seller must sell for it. `trains`: numbers of an earlier and a later train, the other day, its hall."""
    way = {"origin": origin, "destination": destination, "day": day, "number": train}
    return [
        {**way, "name": "good", "people": 9},
        {**way, "name": "more", "people": 6},
        {**way, "name": "child", "people": 2, "category": trains["child"]},
        {**way, "name": "other day", "people": 2, "day": trains["day"], "number": trains["other"]},
        {**way, "name": "later", "people": 2, "number": trains["later"]},
        {**way, "name": "earlier", "people": 1, "number": trains["earlier"]},
        {**way, "name": "short", "people": 1, "destination": trains["midway"]},
        {**way, "name": "elsewhere", "people": 1, "origin": trains["midway"]},
        {
            "name": "concert",
            "people": 1,
            "origin": trains["hall"],
            "destination": trains["hall"],
            "day": trains["concert_day"],
            "number": trains["concert"],
        },
    ]
