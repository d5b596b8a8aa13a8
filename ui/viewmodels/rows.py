"""Rows of the lists on screen; field names are what QML reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LanguageRow:
    tag: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class WorkRow:
    icon: str
    text: str


@dataclass(frozen=True)
class BoardLine:
    time: str
    number: str
    name: str
    other: str
    platform: str


@dataclass(frozen=True)
class TileRow:
    stopId: str
    name: str
    other: str
    detail: str


@dataclass(frozen=True)
class EventRow:
    key: int  # position in the list of performances
    title: str
    when: str
    detail: str
    available: bool


@dataclass(frozen=True)
class ResultRow:
    stopId: str
    name: str  # styled: <b> around the letters that matched
    plain: str
    other: str
    spelling: str  # styled
    code: str
    chosen: bool


@dataclass(frozen=True)
class DayRow:
    day: str
    word: str
    date: str
    chosen: bool
    available: bool


@dataclass(frozen=True)
class DepartureLine:
    key: str  # journey and call
    departs: str
    arrives: str
    about: str
    shortAbout: str
    level: str
    leftText: str
    price: str
    tag: str
    tagIcon: str
    chosen: bool
    available: bool
    spoken: str


@dataclass(frozen=True)
class ClassRow:
    key: str
    title: str
    price: str
    leftText: str
    chosen: bool
    available: bool


@dataclass(frozen=True)
class PersonLine:
    key: str
    icon: str
    title: str
    detail: str
    price: str
    count: int
    canMore: bool


@dataclass(frozen=True)
class HolderRow:
    number: int
    title: str
    name: str
    about: str
    brief: str  # the place alone, where there are many
    chosen: bool
    spoken: str


@dataclass(frozen=True)
class PriceRow:
    what: str
    detail: str
    amount: str


@dataclass(frozen=True)
class CoachRow:
    coach: int
    number: str
    name: str
    chosen: bool
    available: bool


@dataclass(frozen=True)
class SeatRow:
    place: int
    letter: str
    condition: str
    row: int  # 0-based on this page
    column: int  # 0-based
    spoken: str


@dataclass(frozen=True)
class NoteRow:
    icon: str
    text: str


@dataclass(frozen=True)
class WayRow:
    key: str
    icon: str
    title: str
    detail: str
    chosen: bool
    available: bool


@dataclass(frozen=True)
class HandRow:
    """A way tickets get into the passenger's hands."""

    key: str
    icon: str
    title: str
    chosen: bool
    available: bool


@dataclass(frozen=True)
class TakeLine:
    title: str
    detail: str
    condition: str
    word: str


@dataclass(frozen=True)
class TopicRow:
    icon: str
    title: str
    text: str


@dataclass(frozen=True)
class FactRow:
    label: str
    value: str


@dataclass(frozen=True)
class CodeRow:
    """`hex` of our code; `more` of a second one, "" = none; an Aztec symbol's begins with "aztec-"."""

    hex: str
    more: str
    title: str
    text: str


@dataclass(frozen=True)
class WaitRow:
    """Something that waits for staff."""

    key: str
    icon: str
    title: str
    detail: str


@dataclass(frozen=True)
class SayRow:
    """What staff may do or say of it."""

    key: str
    icon: str
    title: str
    detail: str
    chosen: bool
    available: bool
