"""The words around every step: question, hint, what you have, what comes next. Pure functions of stage and choice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ui.viewmodels import paywords, texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.seatwords import best_words, place_words
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


def frame(choice: Choice, context: Context) -> FrameState:
    """The frame of this stage."""
    stage = context.stage
    empty = FrameState(stage=stage)
    if stage in ("attract", "events") or (choice.departure is None and stage not in ("search", "when", "departures")):
        if stage != "events":
            return empty
        return replace(
            empty,
            question=translate("Frame", "Which performance?"),
            hint=translate("Frame", "Touch one"),
            backText=translate("Frame", "Back"),
            canCancel=False,
        )
    makers = {
        "search": _search,
        "when": _when,
        "departures": _departures,
        "travellers": _travellers,
        "seats": _seats,
        "plan": _plan,
        "summary": _summary,
        "voucher": _summary,
        "paying": _paying,
        "printing": _printing,
        "thanks": _thanks,
        "problem": _problem,
    }
    state = makers[stage](choice, context)
    steps = _steps(choice)
    step = _step(stage, choice, len(steps))
    hint = state.hint
    if 0 < step <= len(steps) and stage not in ("paying", "printing", "thanks", "problem"):
        count = translate("Frame", "Step %1 of %2").replace("%1", str(step)).replace("%2", str(len(steps)))
        hint = "  ·  ".join(part for part in (count, hint) if part)
    return replace(state, stage=stage, steps=steps, step=step, hint=hint)


def _steps(choice: Choice) -> tuple[str, ...]:
    mode = choice.departure.mode if choice.departure else 2
    run = translate("Frame", "Train") if texts.is_train(mode) else translate("Frame", "Ride")
    steps = [translate("Frame", "Trip"), run, translate("Frame", "People")]
    if choice.event:
        steps = [translate("Frame", "Event"), translate("Frame", "People")]
    if choice.departure is None or choice.offer is None or choice.has_seats:
        steps.append(translate("Frame", "Seats"))
    return (*steps, translate("Frame", "Pay"))


def _step(stage: str, choice: Choice, count: int) -> int:
    if stage in ("search", "when"):
        return 1
    if stage == "departures":
        return 2
    if stage == "travellers":
        return 2 if choice.event else 3
    if stage in ("seats", "plan"):
        return count - 1
    return count + 1 if stage in ("printing", "thanks") else count


def _back() -> str:
    return translate("Frame", "Back")


def _route(choice: Choice, language: str) -> str:
    if choice.origin is None or choice.destination is None:
        return ""
    pattern = translate("Frame", "%1 to %2")
    return pattern.replace("%1", texts.name_of(choice.origin, language)).replace(
        "%2", texts.name_of(choice.destination, language)
    )


def _what(choice: Choice, context: Context) -> str:
    """ "G1, tomorrow 07:00"; of a performance only when."""
    departure = choice.departure
    if departure is None:
        return ""
    day = departure.operating_day if choice.event else choice.day
    when = texts.day_in_words(day, context.today, context.language) if day else ""
    when = f"{when} {departure.departs}"
    return when if choice.event else f"{departure.number}, {when}"


def _sum(choice: Choice) -> str:
    currency = choice.prices[0].currency if choice.prices else ""
    return texts.money(choice.total_minor, currency) if currency else ""


def _due(choice: Choice) -> str:
    currency = choice.prices[0].currency if choice.prices else ""
    return texts.money(choice.due_minor, currency) if currency else ""


def _search(choice: Choice, context: Context) -> FrameState:
    if context.asking_origin:
        question, hint = translate("Frame", "Where from?"), translate("Frame", "Where does your trip begin?")
    else:
        name = texts.name_of(choice.origin, context.language) if choice.origin else ""
        question = translate("Frame", "Where to?")
        hint = translate("Frame", "From %1").replace("%1", name) if name else ""
    return FrameState(
        question=question,
        hint=hint,
        summary=translate("Frame", "Best match, or touch another") if context.best else "",
        nextText=context.best,
        backText=_back(),
    )


def _when(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Which day?"), hint=_route(choice, context.language), backText=_back()
    )


def _departures(choice: Choice, context: Context) -> FrameState:
    first = choice.departure or (choice.departures[0] if choice.departures else None)
    train = first is None or texts.is_train(first.mode)
    question = translate("Frame", "Which train?") if train else translate("Frame", "Which departure?")
    state = FrameState(question=question, hint=_route(choice, context.language), backText=_back())
    departure = choice.departure
    if departure is None or departure.price_from_minor is None:
        return state
    return replace(
        state,
        summary=_what(choice, context),
        totalWord=translate("Frame", "from"),
        total=texts.money(departure.price_from_minor, departure.classes[0].currency),
        nextText=translate("Frame", "Take %1").replace("%1", departure.number)
        if train and len(departure.number) <= 8
        else translate("Frame", "Take the one at %1").replace("%1", departure.departs),
    )


def _travellers(choice: Choice, context: Context) -> FrameState:
    departure, offer = choice.departure, choice.offer
    question = translate("Frame", "How many tickets?") if choice.event else translate("Frame", "Who is travelling?")
    hint = texts.localized(choice.title, departure.headsign, context.language) if departure else ""
    if departure is not None and offer is not None and not choice.event:
        hint = f"{departure.number}, {texts.localized(offer.names, offer.name, context.language)}"
    return FrameState(
        question=question,
        hint=hint,
        summary=texts.people(choice.size) if choice.size else translate("Frame", "Nobody yet"),
        totalWord=translate("Frame", "Total"),
        total=_sum(choice),
        nextText=translate("Frame", "Continue"),
        nextReady=choice.size > 0,
        backText=_back(),
    )


def _seats(choice: Choice, context: Context) -> FrameState:
    one = choice.size == 1
    return FrameState(
        question=translate("Frame", "Is this seat good?") if one else translate("Frame", "Are these seats good?"),
        hint=best_words(choice),
        summary=place_words(choice.layout, context.places, context.language),
        totalWord=translate("Frame", "Total"),
        total=_sum(choice),
        nextText=translate("Frame", "Take this seat") if one else translate("Frame", "Take these seats"),
        backText=_back(),
    )


def _plan(choice: Choice, context: Context) -> FrameState:
    one = choice.size == 1
    return replace(
        _seats(choice, context),
        question=translate("Frame", "Choose your seat") if one else translate("Frame", "Choose your seats"),
        hint=translate("Frame", "Touch a free seat to move there"),
    )


def _summary(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Check and pay"),
        hint=translate("Frame", "You agree to the amount at the reader") if context.means == "card" else "",
        summary=f"{texts.people(choice.size)}, {_what(choice, context)}",
        totalWord=translate("Frame", "Total") if choice.due_minor == choice.total_minor else paywords.left_word(),
        total=_due(choice),
        nextText=paywords.button(context.means).replace("%1", _due(choice)),
        nextReady=context.means != "",
        backText=_back(),
    )


def _paying(choice: Choice, context: Context) -> FrameState:
    question, hint = paywords.asking(choice.means)
    return FrameState(
        question=question,
        hint=hint,
        summary=_what(choice, context),
        totalWord=translate("Frame", "To pay"),
        total=_due(choice),
        backText=translate("Frame", "Stop payment"),
        backIcon="cross",
        canCancel=False,
    )


def _printing(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Your tickets are printing"),
        hint=translate("Frame", "They come out below the screen"),
        summary=paywords.paid_with(choice.sale),
        totalWord=translate("Frame", "Paid"),
        total=_sum(choice),
        canCancel=False,
    )


def _thanks(choice: Choice, context: Context) -> FrameState:
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
        hint=out if paper else translate("Frame", "No paper came out. The code on this screen is your ticket."),
        summary=paywords.paid_with(choice.sale),
        totalWord=translate("Frame", "Paid"),
        total=_sum(choice),
        nextText=translate("Frame", "I have everything"),
        nextIcon="check",
        canCancel=False,
    )


def _problem(choice: Choice, context: Context) -> FrameState:
    return FrameState(
        question=translate("Frame", "Your payment is not clear"),
        hint=translate("Frame", "You did nothing wrong"),
        summary=_what(choice, context),
        totalWord=translate("Frame", "Not settled"),
        total=_sum(choice),
        nextText=translate("Frame", "I have noted it"),
        nextIcon="check",
        canCancel=False,
    )
