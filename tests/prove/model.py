"""Small worlds for the model check: central, terminals and a network that loses, repeats and reorders anything.

Every rule is the product's: `kiosk.domain.protocol` and `kiosk.domain.cells` are called through their modules, so that
a planted mutant reaches them. Each part's state is a plain tuple; a part's step is a function of that part alone.
"""

from __future__ import annotations

from typing import NamedTuple

from kiosk.domain import cells
from kiosk.domain.allotment import Block, Gid, Grant
from kiosk.domain.protocol import acceptance, ownership, recovery, terminal
from kiosk.domain.protocol.ownership import Owner

JOURNEY, FOREVER = 1, 1 << 60
Record = tuple[
    str, int, int, int
]  # kind, epoch, n, cell: G granted, S sold, R released, V voided sale, E epoch adopted
Chain = tuple[Record, ...]


class Bounds(NamedTuple):
    """How large a world is."""

    terminals: int = 2
    cells: int = 1
    grants: int = 4
    journal: int = 5  # records of one terminal, adopted epochs not counted
    failovers: int = 1
    restores: int = 1
    refunds: bool = False


class Terminal(NamedTuple):
    """A terminal: its journal, and on another medium how far it acted on it and how far it may have sent it."""

    incarnation: int
    journal: Chain
    counter: int = 0
    sent: int = 0
    locked: bool = False


class Witness(NamedTuple):
    """What central knows of one incarnation."""

    terminal_id: int
    incarnation: int
    chain: Chain = ()
    lost: int = 0
    told: int = 0  # records the terminal had when it last sent


class Central(NamedTuple):
    """Central's database."""

    epoch: int
    since: int  # epoch the recovery began in; 0 = none
    n: int
    doubt: int
    holdings: tuple[tuple[Owner, int], ...]
    witnesses: tuple[Witness, ...]
    given: frozenset[tuple[int, int]]
    voided: tuple[
        tuple[int, int, int, int, int], ...
    ] = ()  # terminal, incarnation, grant (epoch, n), epoch of the void


class Ticket(NamedTuple):
    """On paper, seen from above. `refunds` counts money given back."""

    terminal_id: int
    incarnation: int
    seq: int
    cell: int
    refunds: int = 0


def hash_of(chain: Chain) -> str:
    """Stands for the hash chain: equal for equal histories only."""
    return repr(chain)


# the terminal


def holdings(journal: Chain, terminal_id: int, incarnation: int) -> dict[Gid, cells.Holding]:
    """Fold the journal with the product's cells."""
    held: dict[Gid, cells.Holding] = {}
    for kind, epoch, n, cell in journal:
        gid = Gid(epoch, n)
        if kind == "G":
            held[gid] = cells.granted(_grant(gid, terminal_id, incarnation, cell))
        elif kind == "S":
            held[gid] = cells.moved(held[gid], "free", "sold", 1 << cell, 0, 1)
        elif kind == "R":
            held[gid] = cells.moved(held[gid], "free", "", 1 << cell, 0, 1)
        elif kind == "V":
            held[gid] = cells.moved(held[gid], "sold", "", 1 << cell, 0, 1)
    return held


def _grant(gid: Gid, terminal_id: int, incarnation: int, cell: int) -> Grant:
    return Grant(gid, terminal_id, incarnation, JOURNEY, (Block.of(0, 1, 1 << cell),), FOREVER)


def adopted(journal: Chain) -> int:
    """TerminalEnrolled, the first record, counts as adopting the epoch it was enrolled in."""
    return max((epoch for kind, epoch, _, _ in journal if kind == "E"), default=0)


def last_gid(journal: Chain) -> Gid:
    return max((Gid(epoch, n) for kind, epoch, n, _ in journal if kind == "G"), default=Gid(0, 0))


def length(journal: Chain) -> int:
    return sum(record[0] != "E" for record in journal)


def take(device: Terminal, terminal_id: int, grant: tuple[int, int, int, int, int]) -> Terminal | None:
    """P2. `grant`: (epoch, n, terminal, incarnation, cell)."""
    epoch, n, to, incarnation, cell = grant
    offered = _grant(Gid(epoch, n), to, incarnation, cell)
    journal = device.journal
    verdict = terminal.consider(offered, terminal_id, device.incarnation, adopted(journal), last_gid(journal))
    if device.locked or verdict is not terminal.GrantVerdict.TAKE:
        return None
    return append(device, ("G", epoch, n, cell))


def append(device: Terminal, record: Record) -> Terminal:
    return device._replace(journal=(*device.journal, record))


def owned(device: Terminal, terminal_id: int, state: str) -> list[tuple[int, int, int]]:
    """(epoch, n, cell) of the cells in a state: "free" or "sold"."""
    found = holdings(device.journal, terminal_id, device.incarnation)
    return [
        (gid.epoch, gid.n, cell)
        for gid, holding in found.items()
        for cell in range(getattr(holding, state)[0].bit_length())
        if getattr(holding, state)[0] >> cell & 1
    ]


def restored(device: Terminal, records: int) -> Terminal:
    """A backup of the disk from when it had so many records; what lies on the other medium is not restored."""
    locked = terminal.rolled_back(records, device.counter)
    return device._replace(journal=device.journal[:records], locked=locked)


# central


def _open(central: Central) -> ownership.Ownership:
    return ownership.Ownership(1, {owner: [mask] for owner, mask in central.holdings}, central.doubt)


def _closed(central: Central, book: ownership.Ownership) -> Central:
    held = tuple(sorted((owner, masks[0]) for owner, masks in book.holdings.items() if masks[0]))
    return central._replace(holdings=held, doubt=book.doubt_epoch)


def witness(central: Central, terminal_id: int, incarnation: int) -> Witness | None:
    return next((w for w in central.witnesses if w[:2] == (terminal_id, incarnation)), None)


def _with(central: Central, changed: Witness) -> Central:
    others = [w for w in central.witnesses if w[:2] != changed[:2]]
    return central._replace(witnesses=tuple(sorted([*others, changed])))


def census(central: Central) -> list[recovery.Witness]:
    """What the rules of recovery are told."""
    return [recovery.Witness(adopted(w.chain), w.lost) for w in central.witnesses]


def give(central: Central, terminal_id: int, cell: int) -> tuple[Central, tuple[int, int, int, int, int]] | None:
    """P1: a free cell to the newest incarnation of a terminal."""
    newest = max((w for w in central.witnesses if w.terminal_id == terminal_id), default=None)
    book = _open(central)
    if central.since or newest is None or newest.lost or not book.held(ownership.POOL)[0] >> cell & 1:
        return None
    gid = Gid(central.epoch, central.n + 1)
    book.grant(terminal_id, newest.incarnation, gid, [1 << cell])
    after = _closed(central, book)._replace(n=central.n + 1, given=central.given | {(gid.epoch, gid.n)})
    return after, (gid.epoch, gid.n, terminal_id, newest.incarnation, cell)


def receive(
    central: Central, terminal_id: int, incarnation: int, sent: Chain, told: int, voids: frozenset[Ticket]
) -> Central:
    """P4: judge what was sent; take and apply one fresh record, or flag a fork. `voids`: central's own refunds."""
    known = witness(central, terminal_id, incarnation)
    if known is None:
        return central
    links = [acceptance.Link(seq, hash_of(sent[: seq - 1]), hash_of(sent[:seq])) for seq in range(1, len(sent) + 1)]
    stored = known.chain
    verdict = acceptance.judge((len(stored), hash_of(stored)), links, lambda seq: hash_of(stored[:seq]))
    if verdict.fork >= 0:
        return lose(central, terminal_id, incarnation)
    if verdict.fresh >= len(links):
        return central
    known = known._replace(told=max(known.told, told))
    record = sent[verdict.fresh]
    book = _open(central)
    apply(book, central, known, record)
    after = _closed(central, book)
    if record[0] == "V":
        after = _noted(after, known[:2], record[1:3], adopted(known.chain))
    if record[0] == "G":
        after = after._replace(given=after.given | {record[1:3]})
    after = _with(after, known._replace(chain=(*known.chain, record)))
    ticket = Ticket(terminal_id, incarnation, len(known.chain) + 1, record[3])
    for forgotten in voids:  # refunded before a failover: the registry remembers, with the epoch in place of refunds
        if record[0] == "S" and forgotten[:4] == ticket[:4]:
            after = void(after, ticket, (record[1], record[2]), forgotten.refunds)
    return after


def apply(book: ownership.Ownership, central: Central, known: Witness, record: Record) -> None:
    """The effect of one fact on the cells: what central/journal/effects.py does with the same calls."""
    kind, epoch, n, cell = record
    who, gid, masks = known[:2], Gid(epoch, n), [1 << cell]
    if kind == "G" and (epoch, n) not in central.given:
        book.claim(*who, gid, masks, lost=bool(known.lost))
    elif kind == "S":
        book.sell(*who, gid, masks)
    elif kind == "R":
        book.release(*who, gid, masks, adopted=adopted(known.chain))
    elif kind == "V":
        book.void(*who, gid, masks)


def void(central: Central, ticket: Ticket, gid: tuple[int, int], epoch: int) -> Central:
    """P12 by central; `epoch`: in which it did so."""
    book = _open(central)
    book.void(ticket.terminal_id, ticket.incarnation, Gid(*gid), [1 << ticket.cell])
    return _noted(_closed(central, book), ticket[:2], gid, epoch)


def _noted(central: Central, who: tuple[int, int], gid: tuple[int, int], epoch: int) -> Central:
    if any(void[:4] == (*who, *gid) for void in central.voided):
        return central
    return central._replace(voided=tuple(sorted([*central.voided, (*who, *gid, epoch)])))


def reopen(central: Central) -> Central | None:
    """P12: all gates know every void: the cells are free again."""
    book = _open(central)
    pending = list(book.owners("VOID_PENDING"))
    for owner in pending:
        book.reopen(
            owner.terminal_id, owner.incarnation, Gid(*owner.gid), book.held(owner), voided=_epoch_of(central, owner)
        )
    return _closed(central, book) if pending else None


def _epoch_of(central: Central, owner: Owner) -> int:
    return next(void[4] for void in central.voided if void[:4] == owner[1:])


def lose(central: Central, terminal_id: int, incarnation: int) -> Central:
    """P8: given up, for good."""
    known = witness(central, terminal_id, incarnation)
    if known is None or known.lost:
        return central
    book = _open(central)
    book.lose(terminal_id, incarnation)
    return _with(_closed(central, book), known._replace(lost=central.epoch))


def fail_over(backup: Central, epoch: int, registry: tuple[tuple[int, int], ...]) -> Central:
    """P11: an older state under a new epoch. `registry`: incarnations ever enrolled, kept outside the database."""
    after = backup._replace(epoch=epoch, since=recovery.began(epoch, backup.since), n=0)
    for terminal_id, incarnation in registry:
        if witness(after, terminal_id, incarnation) is None:
            after = _with(after, Witness(terminal_id, incarnation))
        if (terminal_id, incarnation + 1) in registry:
            after = lose(after, terminal_id, incarnation)
    return after


def end_recovery(central: Central) -> Central | None:
    """P11: back to normal once everybody who can has answered."""
    if not central.since or not recovery.over(census(central), central.epoch):
        return None
    book = _open(central)
    if recovery.in_doubt(census(central), central.epoch, central.since):
        book.doubt(central.epoch)
    return _closed(central, book)._replace(since=0)


def enrol(central: Central, terminal_id: int) -> tuple[Central, Terminal]:
    """P0, P9: a new incarnation; the one before is given up."""
    newest = max(w.incarnation for w in central.witnesses if w.terminal_id == terminal_id)
    after = lose(central, terminal_id, newest)
    return _with(after, Witness(terminal_id, newest + 1)), Terminal(newest + 1, (("E", central.epoch, 0, 0),))
