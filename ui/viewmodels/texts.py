"""Words for values: names in the passenger's language, times, days, durations, money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from PySide6.QtCore import QCoreApplication, QLocale

from kiosk.domain.money import Money
from kiosk.domain.network import StopPlace

translate = QCoreApplication.translate


def localized(names: Mapping[str, str], own: str, language: str) -> str:
    """The name in this language (or its base language), else the feed's own."""
    return names.get(language) or names.get(language.split("-")[0]) or own


def both_names(stop: StopPlace, language: str) -> tuple[str, str]:
    """(name in the passenger's language, the name on the signs or the other language; "" if the same)."""
    first = localized(stop.names, stop.name, language)
    local = stop.name or stop.names.get("", "")
    others = [local, stop.names.get("en", ""), stop.names.get("zh-Hans", "")]
    return first, next((other for other in others if other and other != first), "")


def name_of(stop: StopPlace, language: str) -> str:
    """The name in the passenger's language."""
    return both_names(stop, language)[0]


def duration(seconds: int) -> str:
    """ "34 min", "4 h 29"."""
    minutes = max(0, seconds) // 60
    if minutes < 60:
        return translate("Texts", "%1 min").replace("%1", str(minutes))
    return translate("Texts", "%1 h %2").replace("%1", str(minutes // 60)).replace("%2", f"{minutes % 60:02}")


def money(amount_minor: int, currency: str) -> str:
    """ "¥ 553.50", with its sign; the space does not break."""
    return Money(amount_minor, currency).text().replace(" ", "\u00a0")


def weekday(day: str, today: str, language: str) -> str:
    """ "Today", "Tomorrow" or the short weekday."""
    if day == today:
        return translate("Texts", "Today")
    if today and date.fromisoformat(day) - date.fromisoformat(today) == timedelta(days=1):
        return translate("Texts", "Tomorrow")
    return QLocale(language).dayName(date.fromisoformat(day).isoweekday(), QLocale.FormatType.ShortFormat)


def short_date(day: str, language: str) -> str:
    """ "24 Nov", "11月24日"."""
    when = date.fromisoformat(day)
    if language.startswith("zh"):
        return f"{when.month}月{when.day}日"
    month = QLocale(language).monthName(when.month, QLocale.FormatType.ShortFormat)
    return f"{when.day} {month}"


def long_date(day: str, language: str) -> str:
    """ "Tuesday 24 November", "11月24日 星期二"."""
    when = date.fromisoformat(day)
    name = QLocale(language).dayName(when.isoweekday(), QLocale.FormatType.LongFormat)
    if language.startswith("zh"):
        return f"{when.month}月{when.day}日 {name}"
    return f"{name} {when.day} {QLocale(language).monthName(when.month, QLocale.FormatType.LongFormat)}"


def day_in_words(day: str, today: str, language: str) -> str:
    """ "today", "tomorrow" or the date, inside a sentence."""
    if day == today:
        return translate("Texts", "today")
    if today and date.fromisoformat(day) - date.fromisoformat(today) == timedelta(days=1):
        return translate("Texts", "tomorrow")
    return short_date(day, language)


def people(count: int) -> str:
    """ "1 person", "2 people"."""
    if count == 1:
        return translate("Texts", "1 person")
    return translate("Texts", "%1 people").replace("%1", str(count))


def is_train(mode: int) -> bool:
    """Rail in the GTFS route types, extended ones included."""
    return mode in (0, 1, 2) or 100 <= mode < 200 or 400 <= mode < 500 or 900 <= mode < 1000
