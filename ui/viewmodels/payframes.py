"""The words around the last steps, from "check and pay" to the tickets in the hand. Pure functions of a choice."""

from __future__ import annotations

from dataclasses import dataclass

from ui.viewmodels import cashwords, handwords, paywords, texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.texts import translate


@dataclass(frozen=True)
class Context:
    """What the words depend on besides the choice."""

    stage: str = "attract"
    language: str = "en"
    today: str = ""
    best: str = ""  # the best search result
    asking_origin: bool = False
    means: str = "card"  # how to pay; "" = nothing works
    hand: str = "paper"  # how tickets are handed over; "" = not agreed yet
    code: int = 0  # which ticket's code shows
    places: tuple[int, ...] = ()  # chosen in the plan


@dataclass(frozen=True)
class FrameState:
    """Everything the frame of a step shows. `step` 0 = no progress line."""

    stage: str = "attract"
    step: int = 0
    steps: tuple[str, ...] = ()
    question: str = ""
    hint: str = ""
    summary: str = ""
    totalWord: str = ""
    total: str = ""
    nextText: str = ""
    nextIcon: str = "arrow-right"
    nextReady: bool = True
    backText: str = ""
    backIcon: str = "arrow-left"
    canCancel: bool = True
    message: str = ""


def back() -> str:
    return translate("Frame", "Back")


def what(choice: Choice, context: Context) -> str:
    """ "G1, tomorrow 07:00"; of a performance only when."""
    departure = choice.departure
    if departure is None:
        return ""
    day = departure.operating_day if choice.event else choice.day
    when = texts.day_in_words(day, context.today, context.language) if day else ""
    when = f"{when} {departure.departs}"
    return when if choice.event else f"{departure.number}, {when}"


def total(choice: Choice) -> str:
    currency = choice.prices[0].currency if choice.prices else ""
    return texts.money(choice.total_minor, currency) if currency else ""


def due(choice: Choice) -> str:
    currency = choice.prices[0].currency if choice.prices else ""
    return texts.money(choice.due_minor, currency) if currency else ""


def summary(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Check and pay"),
        hint=handwords.hint(
            context.hand,
            translate("Frame", "You agree to the amount at the reader") if context.means == "card" else "",
        ),
        summary=f"{texts.people(choice.size)}, {what(choice, context)}",
        totalWord=translate("Frame", "Total") if choice.due_minor == choice.total_minor else paywords.left_word(),
        total=due(choice),
        nextText=paywords.button(context.means).replace("%1", due(choice)),
        nextReady=context.means != "",
        backText=back(),
    )


def paying(choice: Choice, context: Context) -> FrameState:
    question, hint = paywords.asking(choice.means, choice.prompt.what if choice.prompt else "")
    return FrameState(
        question=question,
        hint=hint,
        summary=what(choice, context),
        totalWord=translate("Frame", "To pay"),
        total=due(choice),
        backText=translate("Frame", "Stop payment"),
        backIcon="cross",
        canCancel=False,
    )


def printing(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Your tickets are printing"),
        hint=translate("Frame", "They come out below the screen"),
        summary=paywords.paid_with(choice.sale),
        totalWord=translate("Frame", "Paid"),
        total=total(choice),
        canCancel=False,
    )


def thanks(choice: Choice, context: Context) -> FrameState:
    sale = choice.sale
    paper = sale is not None and sale.stage == "done"
    count = len(sale.tickets) if sale else 0
    question = translate("Frame", "Take everything")
    out = translate("Frame", "Your ticket and the receipt, below the screen")
    if count > 1:
        out = translate("Frame", "%1 tickets and the receipt, below the screen").replace("%1", str(count))
    if not paper:
        question = translate("Frame", "Your tickets are here")
        if count == 1:
            question = translate("Frame", "Your ticket is here")
    return FrameState(
        question=question,
        hint=cashwords.owed(sale) or out
        if paper
        else translate("Frame", "No paper came out. The code on this screen is your ticket."),
        summary=paywords.paid_with(choice.sale),
        totalWord=translate("Frame", "Paid"),
        total=total(choice),
        nextText=translate("Frame", "I have everything"),
        nextIcon="check",
        canCancel=False,
    )


def hand(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Tickets on your phone?"),
        hint=translate("Frame", "There is no paper at this machine now"),
        summary=f"{texts.people(choice.size)}, {what(choice, context)}",
        totalWord=translate("Frame", "Total"),
        total=due(choice),
        nextText=translate("Frame", "Yes, on my phone"),
        backText=back(),
    )


def phone(choice: Choice, context: Context) -> FrameState:
    count = len(choice.sale.tickets) if choice.sale else 0
    last = context.code + 1 >= count
    done = translate("Frame", "I have my ticket") if count == 1 else translate("Frame", "I have all tickets")
    number = translate("Frame", "Ticket %1 of %2").replace("%1", str(context.code + 1)).replace("%2", str(count))
    return FrameState(
        question=translate("Frame", "Take a picture of it"),
        hint=f"{number}  ·  " + translate("Frame", "The code is your ticket"),
        summary=paywords.paid_with(choice.sale),
        totalWord=translate("Frame", "Paid"),
        total=total(choice),
        nextText=done if last else translate("Frame", "Next ticket"),
        nextIcon="check" if last else "arrow-right",
        backText=translate("Frame", "Before") if context.code else "",
        canCancel=False,
    )


def problem(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Your payment is not clear"),
        hint=translate("Frame", "You did nothing wrong"),
        summary=what(choice, context),
        totalWord=translate("Frame", "Not settled"),
        total=total(choice),
        nextText=translate("Frame", "I have noted it"),
        nextIcon="check",
        canCancel=False,
    )
