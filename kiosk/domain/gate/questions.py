"""Is this an answer to a question asked at the gate?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from math import isfinite

from kiosk.domain.gate.world import Question

EMAIL = re.compile(r"[^@\s]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
PHONE = re.compile(r"\+[1-9]([ ./()-]*[0-9]){5,16}")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
DATE, TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
WRITTEN = {"date": DATE, "time": TIME, "date_time": rf"{DATE}T{TIME}(Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"}
COUNTRY = re.compile(r"[A-Z]{2}")
YES_NO = {"True", "true", "False", "false", "0", "1", ""}
AGREED = {"True", "true", "1"}

FORMS: dict[str, Callable[[Question, str], bool]] = {
    "text": lambda _, answer: True,
    "number": lambda question, answer: NUMBER.fullmatch(answer) is not None and _in_range(question, float(answer)),
    "choice": lambda question, answer: answer in question.options,
    "choices": lambda question, answer: all(each.strip() in question.options for each in answer.split(",")),
    "date": lambda _, answer: bool(date.fromisoformat(answer)),
    "time": lambda _, answer: bool(time.fromisoformat(answer).isoformat()),
    "date_time": lambda _, answer: bool(datetime.fromisoformat(answer)),
    "phone": lambda _, answer: PHONE.fullmatch(answer) is not None,
    "country": lambda question, answer: (
        COUNTRY.fullmatch(answer) is not None and (not question.options or answer in question.options)
    ),
    "file": lambda _, answer: answer.startswith("file:"),  # only what was uploaded before, never a path or a text
    "email": lambda _, answer: EMAIL.fullmatch(answer) is not None,
}


def _in_range(question: Question, value: float) -> bool:
    low, high = question.lowest, question.highest
    return isfinite(value) and (low is None or value >= low) and (high is None or value <= high)


def missing(questions: Iterable[Question], product: str, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Those asked at the gate of a holder of this product without a valid answer; "" settles what may be left out."""
    return tuple(
        each.id
        for each in questions
        if each.at_gate
        and (not each.products or product in each.products)
        and all(answers.get(other, "") == answer for other, answer in each.only_if.items())
        and (each.id not in answers or not accepted(each, answers[each.id]))
    )


def accepted(question: Question, answer: str) -> bool:
    """True when the holder may pass with it. An unknown kind of question takes no answer: staff must look."""
    if question.kind == "yes_no":
        return answer in (AGREED if question.required else YES_NO)
    if not answer:
        return not question.required
    if not re.fullmatch(WRITTEN.get(question.kind, ".*"), answer, re.DOTALL):
        return False  # Python reads more ways of writing a time than people mean
    try:
        return question.kind in FORMS and FORMS[question.kind](question, answer)
    except ValueError:
        return False
