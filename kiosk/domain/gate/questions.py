"""Is this an answer to a question asked at the gate?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from math import isfinite

from kiosk.domain.gate.world import Question

EMAIL = re.compile(r"[^@\s]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
YES_NO = {"True", "true", "False", "false", "0", "1", ""}
AGREED = {"True", "true", "1"}


FORMS: dict[str, Callable[[Question, str], bool]] = {
    "text": lambda _, answer: True,
    "number": lambda _, answer: isfinite(float(answer)),
    "choice": lambda question, answer: answer in question.options,
    "choices": lambda question, answer: all(each in question.options for each in answer.split(",")),
    "date": lambda _, answer: len(answer) == 10 and bool(date.fromisoformat(answer)),
    "time": lambda _, answer: bool(time.fromisoformat(answer).isoformat()),
    "date_time": lambda _, answer: "T" in answer and bool(datetime.fromisoformat(answer)),
    "email": lambda _, answer: EMAIL.fullmatch(answer) is not None,
}


def accepted(question: Question, answer: str) -> bool:
    """True when the holder may pass with it. An unknown kind of question takes no answer: staff must look."""
    if question.kind == "yes_no":
        return answer in (AGREED if question.required else YES_NO)
    if not answer:
        return not question.required
    try:
        return question.kind in FORMS and FORMS[question.kind](question, answer)
    except ValueError:
        return False
