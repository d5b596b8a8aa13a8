"""The words around every step: question, hint, what you have, what comes next. Pure functions of stage and choice."""

from __future__ import annotations

from dataclasses import replace

from ui.viewmodels import payframes, texts
from ui.viewmodels.choice import Choice
from ui.viewmodels.payframes import Context as Context
from ui.viewmodels.payframes import FrameState as FrameState
from ui.viewmodels.payframes import back, total, what
from ui.viewmodels.seatwords import best_words, place_words
from ui.viewmodels.texts import translate


def frame(choice: Choice, context: Context, own: FrameState | None = None) -> FrameState:
    """The frame of this stage; `own`: what its page says itself, to which the way so far is added."""
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
        "summary": payframes.summary,
        "voucher": payframes.summary,
        "paying": payframes.paying,
        "printing": payframes.printing,
        "thanks": payframes.thanks,
        "phone": payframes.phone,
        "hand": payframes.hand,
        "problem": payframes.problem,
    }
    state = own or makers[stage](choice, context)
    steps = _steps(choice)
    step = _step(stage, choice, len(steps))
    hint = state.hint
    if 0 < step <= len(steps) and stage not in ("paying", "printing", "thanks", "phone", "problem"):
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
    if stage in ("seats", "plan", "names"):
        return count - 1
    return count + 1 if stage in ("printing", "thanks", "phone") else count


def _route(choice: Choice, language: str) -> str:
    if choice.origin is None or choice.destination is None:
        return ""
    pattern = translate("Frame", "%1 to %2")
    return pattern.replace("%1", texts.name_of(choice.origin, language)).replace(
        "%2", texts.name_of(choice.destination, language)
    )


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
        backText=back(),
    )


def _when(choice: Choice, context: Context) -> FrameState:
    return FrameState(question=translate("Frame", "Which day?"), hint=_route(choice, context.language), backText=back())


def _departures(choice: Choice, context: Context) -> FrameState:
    first = choice.departure or (choice.departures[0] if choice.departures else None)
    train = first is None or texts.is_train(first.mode)
    question = translate("Frame", "Which train?") if train else translate("Frame", "Which departure?")
    state = FrameState(question=question, hint=_route(choice, context.language), backText=back())
    departure = choice.departure
    if departure is None or departure.price_from_minor is None:
        return state
    return replace(
        state,
        summary=what(choice, context),
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
        total=total(choice),
        nextText=translate("Frame", "Continue"),
        nextReady=choice.size > 0,
        backText=back(),
    )


def _seats(choice: Choice, context: Context) -> FrameState:
    one = choice.size == 1
    return FrameState(
        question=translate("Frame", "Is this seat good?") if one else translate("Frame", "Are these seats good?"),
        hint=best_words(choice),
        summary=place_words(choice.layout, context.places, context.language),
        totalWord=translate("Frame", "Total"),
        total=total(choice),
        nextText=translate("Frame", "Take this seat") if one else translate("Frame", "Take these seats"),
        backText=back(),
    )


def _plan(choice: Choice, context: Context) -> FrameState:
    one = choice.size == 1
    return replace(
        _seats(choice, context),
        question=translate("Frame", "Choose your seat") if one else translate("Frame", "Choose your seats"),
        hint=translate("Frame", "Touch a free seat to move there"),
    )
