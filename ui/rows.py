"""One list model for every list on screen: rows are frozen dataclasses, their fields are the roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from PySide6.QtCore import (
    Property,
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtQml import QmlElement

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


@QmlElement
class RowsModel(QAbstractListModel):
    """Rows of one type; QML reads each field by its name (therefore camelCase in row types)."""

    changed = Signal()

    def __init__(self, row_type: type, parent: QObject | None = None) -> None:
        super().__init__(parent)
        names = [field.name for field in fields(row_type)]
        self._names = dict(enumerate(names, Qt.ItemDataRole.UserRole))
        self._rows: list[Any] = []

    @property
    def rows(self) -> list[Any]:
        """The rows as shown, for Python."""
        return self._rows

    def show(self, rows: Sequence[Any]) -> None:
        """Replace the rows; where only fields changed, the items on screen stay and are updated."""
        new = list(rows)
        if new == self._rows:
            return
        if len(new) == len(self._rows):
            for number, (old_row, new_row) in enumerate(zip(self._rows, new, strict=True)):
                self._rows[number] = new_row
                if old_row != new_row:
                    self.dataChanged.emit(self.index(number), self.index(number))
        else:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
        self.changed.emit()

    @Property(int, notify=changed)
    def count(self) -> int:
        return len(self._rows)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        name = self._names.get(role)
        return getattr(self._rows[index.row()], name) if name and index.isValid() else None

    def roleNames(self) -> dict[int, QByteArray]:
        return {role: QByteArray(name.encode()) for role, name in self._names.items()}
