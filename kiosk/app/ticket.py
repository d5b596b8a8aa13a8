"""`kiosk ticket`: a sold ticket as files to be sent on: a tagged PDF and a wallet pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiosk.domain.errors import KioskError

if TYPE_CHECKING:  # what makes passes and pictures is loaded when one is wanted: a terminal starts without it
    from kiosk.services.wallet_pass import Signer

_ICON = 87  # pixels: 29 points of a wallet, three each


@click.group()
def ticket() -> None:
    """Sold tickets as files."""


@ticket.command()
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), required=True, help="the terminal's TOML file"
)
@click.argument("code")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="folder to write into")
@click.option("--as", "kinds", type=click.Choice(["pdf", "pkpass"]), multiple=True, help="both when not given")
@click.option("--certificate", type=click.Path(path_type=Path), help="for passes, PEM; its issuers may follow it there")
@click.option("--key", type=click.Path(path_type=Path), help="of that certificate, PEM")
@click.option("--pass-type", default="", help="as in the certificate: pass.org.example.ticket")
@click.option("--team", default="", help="as in the certificate")
def export(
    config_path: Path,
    code: str,
    out: Path,
    kinds: tuple[str, ...],
    certificate: Path | None,
    key: Path | None,
    pass_type: str,
    team: str,
) -> None:
    """Write the ticket with the booking CODE that this terminal sold; it may sell meanwhile.

    Without a certificate the pass is unsigned: for wallets that ask for none; Apple's does.
    """
    if bool(certificate) != bool(key) or (certificate and not (pass_type and team)):
        raise click.UsageError("--certificate, --key, --pass-type and --team belong together")
    signer = signer_of(certificate, key) if certificate and key else None
    for name in written(config_path, code, out, kinds or ("pdf", "pkpass"), signer, pass_type, team):
        click.echo(name)


def written(
    config_path: Path, code: str, out: Path, kinds: tuple[str, ...], signer: Signer | None, pass_type: str, team: str
) -> list[Path]:
    """The files that were written; KioskError when there is no such ticket here, or it does not count any more."""
    from kiosk.app import config as configuration
    from kiosk.app import identity as identities
    from kiosk.app.paper import Paper
    from kiosk.domain.codes import human_code_of
    from kiosk.domain.sale import PageJob
    from kiosk.services.issuing import Issuer
    from kiosk.services.paper_layouts import layouts
    from kiosk.services.passes import Publisher, pass_of
    from kiosk.services.pdf import pdf_of
    from kiosk.services.wallet_pass import build
    from kiosk.store.look_up import sales_of

    config = configuration.load(config_path)
    who = identities.load(config.folder)
    reply = who.reply
    wanted = human_code_of(code)
    found = sales_of(config.folder, wanted) if wanted else []
    if len(found) != 1:
        raise KioskError(f"{len(found) or 'No'} sales of this terminal have a ticket {code}.")
    sale = found[0]
    item_no = next(each.item_no for each in sale.tickets if each.code == wanted)
    if any(each.item_no == item_no for each in sale.voided):
        raise KioskError(f"The ticket {code} was given back; it does not count any more.")
    paper = Paper(None, 0, reply.name)  # type: ignore[arg-type]  # nothing is drawn in dots
    paper.issuer = Issuer(reply.terminal_id, reply.incarnation, bytes.fromhex(reply.certificate), who.key)
    text = paper.issuer.text(sale.tickets[item_no].payload)
    out.mkdir(parents=True, exist_ok=True)
    files = []
    if "pdf" in kinds:
        page = paper.page(sale, PageJob("ticket", item_no, 0))
        layout = layouts(config.ticket.own_layouts)["ticket"]
        files.append((out / f"{wanted}.pdf", pdf_of(page, layout, sale.language)))
    if "pkpass" in kinds:
        publisher = Publisher(pass_type, team) if signer else Publisher()
        content = pass_of(sale, item_no, code=text, machine=reply.name, icon=icon(), publisher=publisher)
        files.append((out / f"{wanted}.pkpass", build(content, signer)))
    for path, data in files:
        path.write_bytes(data)
    return [path for path, _ in files]


def signer_of(certificate: Path, key: Path) -> Signer:
    """The operator's certificate for passes; KioskError says which file cannot be used."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from kiosk.services.wallet_pass import Signer

    try:
        first, *above = x509.load_pem_x509_certificates(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise KioskError(f"{certificate}: no certificate can be read from it: {error}") from None
    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise KioskError(f"{key}: no private key can be read from it: {error}") from None
    if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
        raise KioskError(f"{key}: a pass is signed with RSA or ECDSA")
    if private.public_key() != first.public_key():
        raise KioskError(f"{key} is not the key of {certificate}")
    return Signer(first, private, tuple(above))


def icon() -> bytes:
    """A ticket, for the list of passes."""
    import io

    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (_ICON, _ICON), "#0A1A33")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((12, 26, _ICON - 13, _ICON - 27), 6, fill="white")
    for y in (26, _ICON - 27):
        draw.ellipse((52, y - 5, 62, y + 5), fill="#0A1A33")
    for y in range(34, _ICON - 32, 6):
        draw.rectangle((56, y, 58, y + 2), fill="#0A1A33")
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return packed.getvalue()
