"""No printer but a folder: each page becomes a tagged PDF file on A4, for an archive, e-mail or a print room.

A page is there when its file is, whole and on the disk; until then nothing of it is (proof "file").
"""

from __future__ import annotations

import io
import os
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from kiosk.domain.errors import PrinterFault
from kiosk.domain.pages import TicketPage
from kiosk.domain.paper_layout import PaperLayout
from kiosk.ports import Bitmap, PrinterStatus

FREE_MIN_MB = 50


class PdfFolder:
    """Writes NAME.pdf by the terminal's layouts; a name that is taken gets a number, no file is ever replaced."""

    def __init__(self, folder: Path, layouts: Mapping[str, PaperLayout], dpi: int = 203) -> None:
        self._folder, self._layouts, self._dpi = folder, layouts, dpi
        self._lock = threading.Lock()

    def status(self) -> PrinterStatus:
        """Can a file be written? Never raises."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            free_mb = shutil.disk_usage(self._folder).free // 1_000_000
        except OSError as error:
            return PrinterStatus(online=False, error=f"the folder cannot be used: {error}")
        if not os.access(self._folder, os.W_OK | os.X_OK):
            return PrinterStatus(online=False, error=f"{self._folder} is not writable")
        if free_mb < FREE_MIN_MB:
            return PrinterStatus(online=True, error=f"{free_mb} MB are free for {self._folder}, too few")
        return PrinterStatus(online=True)

    def print(self, page: Bitmap) -> str:
        """Write one page; returns "file"."""
        with self._lock:
            status = self.status()
            if not status.ready:
                raise PrinterFault(f"no PDF can be written: {status.error}")
            draft = self._folder / ".draft"
            try:
                with draft.open("wb") as file:
                    file.write(self._pdf(page))
                    file.flush()
                    os.fsync(file.fileno())
                os.link(draft, self._free_name(page.source.name if page.source else "page"))
                draft.unlink()
                _sync(self._folder)
            except OSError as error:
                raise PrinterFault(f"no PDF was written into {self._folder}: {error}") from None
        return "file"

    def close(self) -> None:
        """Nothing is kept open between pages."""

    def _free_name(self, name: str) -> Path:
        names = (self._folder / f"{name}{f'-{number}' if number else ''}.pdf" for number in range(1_000_000))
        return next(path for path in names if not path.exists())

    def _pdf(self, page: Bitmap) -> bytes:
        if page.source is None:  # a test page: its dots in their size
            picture = Image.frombytes("1", (page.width, page.height), bytes(each ^ 0xFF for each in page.rows))
            file = io.BytesIO()
            picture.save(file, "PDF", resolution=self._dpi)
            return file.getvalue()
        from kiosk.services.pdf import pdf_of

        layout = self._layouts["ticket" if isinstance(page.source.page, TicketPage) else "receipt"]
        return pdf_of(page.source.page, layout, page.source.language)


def _sync(folder: Path) -> None:
    """The name is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
