"""Languages of the screen: the catalogue of texts, and switching while a basket is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtQml import QQmlApplicationEngine

HERE = Path(__file__).resolve().parent
COMPILED = HERE.parent / "build" / "translations"
NAMES = {"en": "English", "zh-Hans": "中文"}  # in their own words, source language first

_installed: list[QTranslator] = []  # Qt keeps translators for the whole application, so do we


class Language:
    """The language now shown. `use` changes every text on screen in place; no state is lost."""

    def __init__(self, engine: QQmlApplicationEngine | None = None, folder: Path = COMPILED) -> None:
        self._engine = engine
        self._folder = folder
        self.tag = "en"

    def attach(self, engine: QQmlApplicationEngine) -> None:
        """Retranslate this engine from now on."""
        self._engine = engine

    @property
    def offered(self) -> tuple[str, ...]:
        """Tags whose texts are at hand; English needs no file."""
        there = [tag for tag in NAMES if tag == "en" or self._file(tag).exists()]
        return tuple(there)

    def use(self, tag: str) -> None:
        """Show this language; an unknown one leaves everything as it is."""
        if tag not in self.offered:
            return
        for translator in _installed:
            QCoreApplication.removeTranslator(translator)
        _installed.clear()
        if tag != "en":
            translator = QTranslator()
            if not translator.load(str(self._file(tag))):
                return
            QCoreApplication.installTranslator(translator)
            _installed.append(translator)
        self.tag = tag
        QLocale.setDefault(QLocale(tag))
        if self._engine is not None:
            self._engine.retranslate()

    def _file(self, tag: str) -> Path:
        return self._folder / f"kiosk_{tag.replace('-', '_')}.qm"
