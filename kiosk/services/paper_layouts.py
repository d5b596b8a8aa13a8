"""The layouts of paper a terminal uses: the operator's own where there is one, else the shipped."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import msgspec

from kiosk.domain.paper_layout import Block, PaperLayout, PaperLayoutFault, layout_of

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "layouts" / "paper"


def read(path: Path) -> PaperLayout:
    """One layout file; PaperLayoutFault says what is wrong with it."""
    try:
        found = layout_of(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except FileNotFoundError:
        raise PaperLayoutFault(f"{path}: there is no such file; shipped are ticket, receipt and badge") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PaperLayoutFault(f"{path}: not readable as TOML: {error}") from None
    blocks = [_with_picture(block, path, number) for number, block in enumerate(found.blocks, start=1)]
    return PaperLayout(found.page, tuple(blocks))


def _with_picture(block: Block, path: Path, number: int) -> Block:
    """A logo with what its file holds."""
    if block.kind != "logo":
        return block
    from PIL import Image  # few layouts have a logo

    picture = path.parent / block.file
    try:
        data = picture.read_bytes()
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        where = f"{path}: block {number} (logo): file = {block.file!r}"
        raise PaperLayoutFault(f"{where}: {picture} is not a PNG picture: {error}") from None
    return msgspec.structs.replace(block, picture=data)


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
