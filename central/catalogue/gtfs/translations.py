"""translations.txt: names in other languages, by record or by the text they translate."""

from __future__ import annotations

from central.catalogue.gtfs.archive import Archive
from kiosk.domain.network import Names


class Translations:
    """Looked up by table, field, record and the feed's own text."""

    def __init__(self, archive: Archive) -> None:
        self._by_record: dict[tuple[str, str, str], Names] = {}
        self._by_value: dict[tuple[str, str, str], Names] = {}
        self.languages: dict[str, None] = {}
        for _, row in archive.rows("translations.txt"):
            language, text = row.get("language", ""), row.get("translation", "")
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
