"""The layouts of paper a terminal uses: the operator's own where there is one, else the shipped."""

from __future__ import annotations

import tomllib
from pathlib import Path

from kiosk.domain.paper_layout import PaperLayout, PaperLayoutFault, layout_of

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "layouts" / "paper"


def read(path: Path) -> PaperLayout:
    """One layout file; PaperLayoutFault says what is wrong with it."""
    try:
        return layout_of(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except FileNotFoundError:
        raise PaperLayoutFault(f"{path}: there is no such file; shipped are ticket, receipt and badge") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PaperLayoutFault(f"{path}: not readable as TOML: {error}") from None


def layouts(own: Path | None = None) -> dict[str, PaperLayout]:
    """Layout by sort of page; a file of the same name in the folder `own` takes the place of the shipped one."""
    found = {}
    for shipped in sorted(SHIPPED.glob("*.toml")):
        mine = own / shipped.name if own else shipped
        layout = read(mine if mine.exists() else shipped)
        if layout.page != shipped.stem:
            raise PaperLayoutFault(f'{mine}: page = "{layout.page}": this file is for page = "{shipped.stem}"')
        found[shipped.stem] = layout
    return found
