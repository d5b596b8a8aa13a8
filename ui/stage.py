"""The ground every screen stands on: application, fonts, engine, window; for the kiosk and the gate."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6 import QtQuick  # before any window is made, else Qt hands out bare QWindows
from PySide6.QtCore import QLoggingCategory, QUrl
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine

from kiosk.domain.errors import KioskError
from ui.images import Codes, Icons
from ui.language import Language
from ui.platform import LoopbackVnc, wants_vnc

QML = Path(__file__).resolve().parent / "qml"
FAMILIES = ["Noto Sans", "Noto Sans CJK SC"]
SIZES = {"portrait": (1080, 1920), "landscape": (1920, 1080), "window": (1080, 1920)}
UNITS_PER_MM = 3.2143  # layout units: 1080 of them on a panel 336 mm wide


class ScreenBroken(KioskError):
    """The screens could not be loaded: a fault of the program or of its installation."""


@dataclass(frozen=True)
class ScreenOptions:
    """How the screen is mounted. `width_mm` 0 means a panel of the usual size (336 x 597 mm)."""

    shape: str = "portrait"  # portrait | landscape | window
    width_mm: float = 0.0
    size: tuple[int, int] | None = None  # pixels where there is no real display
    idle_s: float = 60.0
    language: str = "en"
    drive: str = ""  # path of a socket for remote control; "" = none


def make_application(options: ScreenOptions) -> tuple[QGuiApplication, str]:
    """QGuiApplication on the display, or served over VNC; returns it and the VNC address ("" = none)."""
    os.environ.setdefault("QT_QUICK_CONTROLS_STYLE", "Basic")
    vnc = None
    if wants_vnc():
        vnc = LoopbackVnc(*(options.size or SIZES[options.shape]))
        os.environ.setdefault("QT_QUICK_BACKEND", "software")
        os.environ["QT_QPA_PLATFORM"] = vnc.platform
        QLoggingCategory.setFilterRules("default.debug=false")  # Qt tells the port of chance, which misleads
    app = QGuiApplication(["kiosk"])
    app.setApplicationName("kiosk")
    if vnc is not None:
        vnc.move_to_loopback(app.processEvents)
        vnc.close()
        return app, vnc.address
    return app, ""


def use_fonts(app: QGuiApplication) -> None:
    """Noto Sans, and for Chinese its CJK sister: named, so that no machine picks a family of chance."""
    QFont.insertSubstitutions(FAMILIES[0], FAMILIES[1:])
    font = QFont(FAMILIES[0])
    font.setFamilies(FAMILIES)
    app.setFont(font)


def make_engine(language: Language) -> QQmlApplicationEngine:
    """An engine that knows our modules, icons and codes."""
    engine = QQmlApplicationEngine()
    engine.addImportPath(str(QML))
    engine.addImageProvider("icon", Icons())
    engine.addImageProvider("code", Codes())
    language.attach(engine)
    return engine


def load(engine: QQmlApplicationEngine, name: str, properties: Mapping[str, Any]) -> QtQuick.QQuickWindow:
    """Load Kiosk/Screens/NAME.qml, whose root is a window with these required properties."""
    engine.setInitialProperties(dict(properties))
    engine.load(QUrl.fromLocalFile(str(QML / "Kiosk" / "Screens" / f"{name}.qml")))
    roots = engine.rootObjects()
    if not roots or not isinstance(roots[0], QtQuick.QQuickWindow):
        raise ScreenBroken(f"the screen {name} could not be loaded; the log above names the line")
    return roots[0]


def show(window: QtQuick.QQuickWindow, options: ScreenOptions) -> None:
    """Full screen on a display; exactly the asked size offscreen, where pictures are made."""
    platform = QGuiApplication.platformName()
    width, height = options.size or SIZES[options.shape]
    if platform in ("offscreen", "minimal"):
        window.resize(width, height)
        window.show()
    elif options.shape == "window":
        available = window.screen().availableGeometry()
        fit = min(available.width() / width, available.height() / height, 1.0) * 0.95
        window.resize(int(width * fit), int(height * fit))
        window.show()
    else:
        window.showFullScreen()


def units_width(options: ScreenOptions) -> float:
    """Width of the layout in units; 0 = as many as the design has (a panel of the usual size)."""
    return 0.0 if options.shape == "window" else options.width_mm * UNITS_PER_MM
