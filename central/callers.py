"""Who is calling: a request's signature against the key the incarnation was enrolled with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, text

from central.refusal import Refusal
from sync.wire import signed_bytes

_TERMINAL = re.compile(r"(\d{1,5})\.(\d{1,3})")


@dataclass(frozen=True)
class Caller:
    """A terminal that proved who it is."""

    terminal_id: int
    incarnation: int
    role: str
    revoked: bool
    says_what_it_has: bool = True  # under its signature; a gate's word lets voided cells go (P12)


class Callers:
    """Proves signatures; keeps the keys it has seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keys: dict[str, Ed25519PublicKey] = {}

    def identify(self, terminal: str, signature: str, method: str, path: str, body: bytes) -> Caller:
        """The caller of a signed request; Refusal 401 otherwise."""
        match = _TERMINAL.fullmatch(terminal)
        if match is None or not signature:
            raise Refusal(401, "not_signed", "this call needs X-Terminal and X-Signature of an enrolled terminal")
        with self._engine.connect() as connection:
            row = connection.execute(
                text(
                    "SELECT i.public_key, i.revoked_from, t.role FROM incarnation i "
                    "JOIN terminal t ON t.id = i.terminal_id "
                    "WHERE i.terminal_id = :terminal AND i.incarnation = :incarnation"
                ),
                {"terminal": int(match[1]), "incarnation": int(match[2])},
            ).one_or_none()
        if row is None:
            raise Refusal(401, "unknown_terminal", f"central does not know terminal {terminal}: enrol it")
        key = Ed25519PublicKey.from_public_bytes(bytes(row.public_key))
        if not _signed(key, signature, method, path, body):
            raise Refusal(401, "bad_signature", f"the request is not signed with the key of terminal {terminal}")
        self._keys[terminal] = key
        return Caller(int(match[1]), int(match[2]), row.role, row.revoked_from is not None)

    def known(self, terminal: str, signature: str, method: str, path: str, body: bytes) -> tuple[int, int] | None:
        """(terminal, incarnation) of a signed request by a key seen before, without the database; None = identify it.

        An incarnation's key never changes. Its role and whether it was revoked do: that is for the caller to look up.
        """
        key = self._keys.get(terminal)
        if key is None or not _signed(key, signature, method, path, body):
            return None
        terminal_id, _, incarnation = terminal.partition(".")
        return int(terminal_id), int(incarnation)


def refuse_out_of_service(role: str, *, revoked: bool) -> None:
    """Refusal 403 for whoever gets no places, whatever it asks for."""
    if revoked:
        raise Refusal(403, "revoked", "this terminal was taken out of service; ask the operator")
    if role == "gate":
        raise Refusal(403, "gate_sells_nothing", "a gate gets no places to sell")


def _signed(key: Ed25519PublicKey, signature: str, method: str, path: str, body: bytes) -> bool:
    try:
        key.verify(bytes.fromhex(signature), signed_bytes(method, path, body))
    except (InvalidSignature, ValueError):
        return False
    return True
