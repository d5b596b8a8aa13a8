"""Coach and hall layouts from TOML files, and which lines run with which layout.

A layout file (assets/layouts/README.md explains it by example):
    name, direction ("up", "left" ...; "stage" for halls)
    [[class]]  id, name, names = { zh-Hans = "…" }, fares = ["second*"] (globs of fare product ids)
    [[coach]]  number, class, names, and either
               units = 300                                    a counted pool
               rows = "1-18", columns = "A B C | D F"         "|" an aisle, "_" no seat
               blocks = [{ rows = …, columns = … }, …]        rows of several patterns
               label = "{row}{column}", marks = { wheelchair = ["15D"] }
A ties file:
    [[line]]   match = "G*" or [globs], layout = "cr400af-8", fares = { second = ["hsr-std-rsv*"] }
               named = "optional" or "required": travellers are asked for their names (then a layout may be left out)
The first [[line]] matching the train number, the line's id or names, or the service journey id holds.
Lines that sell the same layout with other fares get a layout of their own: "cr400af-8~2".
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from central.catalogue.layout_file import LayoutFault, Reader, read_layout, read_toml
from kiosk.domain.layout import Layout
from kiosk.domain.network import Line


class Tie(msgspec.Struct, frozen=True):
    """Lines whose number, name or id matches one of the globs run with this layout."""

    match: tuple[str, ...]
    layout_id: str  # "" = unreserved admissions only
    named: str | msgspec.UnsetType = msgspec.UNSET

    def fits(self, line: Line, number: str, service_journey_id: str) -> bool:
        texts = (number, line.id, line.name, line.long_name, service_journey_id)
        return any(fnmatchcase(text, glob) for text in texts if text for glob in self.match)


class LayoutBook(msgspec.Struct, frozen=True):
    """All layouts in use and the lines tied to them."""

    layouts: tuple[Layout, ...] = ()
    ties: tuple[Tie, ...] = ()

    def tie_for(self, line: Line, number: str = "", service_journey_id: str = "") -> Tie:
        """What is said of this service journey."""
        return next((tie for tie in self.ties if tie.fits(line, number, service_journey_id)), Tie((), ""))

    def layout_for(self, line: Line, number: str = "", service_journey_id: str = "") -> str:
        """Id of the layout this service journey runs with; "" = unreserved admissions only."""
        return self.tie_for(line, number, service_journey_id).layout_id

    def layout(self, layout_id: str) -> Layout:
        """The layout with this id; KeyError if there is none."""
        for layout in self.layouts:
            if layout.id == layout_id:
                return layout
        raise KeyError(layout_id)


def load_layouts(folder: Path, ties: Path | None = None) -> LayoutBook:
    """The layouts of `folder` that `ties` names (they may also lie beside it); without ties, all of them.

    LayoutFault names file, key and the way out.
    """
    if not folder.is_dir():
        raise LayoutFault(f"{folder}: no such folder of layouts")
    found: dict[str, Layout] = {}
    for path in sorted(each for each in folder.glob("*.toml") if not each.name.endswith("ties.toml")):
        layout = read_layout(path)
        found[layout.id] = layout
    if ties is None:
        return LayoutBook(layouts=tuple(found.values()))
    return _tied(found, ties)


def _tied(found: dict[str, Layout], path: Path) -> LayoutBook:
    reader = Reader(path, read_toml(path))
    reader.only("line")
    tied: list[Tie] = []
    used: dict[str, Layout] = {}
    variants: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], str] = {}
    for line in reader.tables("line"):
        line.only("match", "layout", "fares", "named")
        match, named = line.texts("match"), line.named()
        if not match:
            raise line.fault("match", 'name the lines or train numbers, such as "G*"')
        if named and not line.has("layout") and not line.has("fares"):
            tied.append(Tie(match, "", named))
            continue
        layout_id = line.text("layout")
        beside = path.parent / f"{layout_id}.toml"
        if layout_id not in found and beside.is_file() and beside != path:
            found[layout_id] = read_layout(beside)
        if layout_id not in found:
            known = ", ".join(sorted(found)) or "none"
            raise line.fault("layout", f"there is no layout {layout_id!r} (known: {known})")
        layout, fares = found[layout_id], line.globs_by_name("fares")
        classes = {place_class.id for place_class in layout.classes}
        for unknown in sorted(fares.keys() - classes):
            known = ", ".join(sorted(classes))
            raise line.fault(f"fares.{unknown}", f"layout {layout_id!r} has no class {unknown!r} (it has: {known})")
        key = (layout_id, tuple(sorted(fares.items())))
        if key not in variants:
            taken = sum(1 for base, _ in variants if base == layout_id)
            made = _sold_with(layout, fares, layout_id if not taken else f"{layout_id}~{taken + 1}")
            variants[key], used[made.id] = made.id, made
        tied.append(Tie(match, variants[key], named))
    return LayoutBook(layouts=tuple(used.values()), ties=tuple(tied))


def _sold_with(layout: Layout, fares: dict[str, tuple[str, ...]], layout_id: str) -> Layout:
    """The layout with other fare products for its classes."""
    classes = tuple(
        msgspec.structs.replace(place_class, fares=fares.get(place_class.id, place_class.fares))
        for place_class in layout.classes
    )
    return Layout(layout_id, classes, layout.coaches, layout.places, layout.direction)
