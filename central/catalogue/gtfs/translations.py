"""translations.txt: names in other languages, by record or by the text they translate."""

from __future__ import annotations

import re

from central.catalogue.gtfs.archive import Archive
from kiosk.domain.network import Names


def tag(language: str) -> str:
    """A language tag as it is usually written: "EN" -> "en", "zh_hans" -> "zh-Hans", "fr-ca" -> "fr-CA"."""
    first, *rest = re.split(r"[-_]", language.strip())
    parts = [each.title() if len(each) == 4 else each.upper() if len(each) == 2 else each.lower() for each in rest]
    return "-".join([first.lower(), *parts])


def spoken(language: str) -> bool:
    """A language to show screens in; romanisations ("zh-Latn-pinyin") only help to type."""
    return bool(language) and language not in ("mul", "und") and "Latn" not in language.split("-")[1:]


class Translations:
    """Looked up by table, field, record and the feed's own text."""

    def __init__(self, archive: Archive) -> None:
        self._by_record: dict[tuple[str, str, str], Names] = {}
        self._by_value: dict[tuple[str, str, str], Names] = {}
        self.languages: dict[str, None] = {}
        for _, row in archive.rows("translations.txt"):
            language, text = tag(row.get("language", "") or row.get("lang", "")), row.get("translation", "")
            table, field = row.get("table_name", ""), row.get("field_name", "")
            if not language or not text:
                continue
            if record := row.get("record_id", ""):
                self._by_record.setdefault((table, field, record), {})[language] = text
            elif value := row.get("field_value", "") or row.get("trans_id", ""):
                self._by_value.setdefault((table or "stops", field or "stop_name", value), {})[language] = text
            self.languages[language] = None

    def of(self, table: str, field: str, record: str, text: str) -> Names:
        """language -> translation; {} when there is none."""
        by_value = self._by_value.get((table, field, text), {}) if text else {}
        return {**by_value, **self._by_record.get((table, field, record), {})}
