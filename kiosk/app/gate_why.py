"""`kiosk gate why`: what the gate said at an hour, and why; decided again from the record."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from kiosk.app import config
from kiosk.domain.codes import human_code, human_code_of, shown_code
from kiosk.domain.events import AdmissionRefused, Admitted, Exited
from kiosk.domain.gate.grounds import Grounds, decided, unpacked
from kiosk.domain.gate.retold import case_of
from kiosk.domain.gate.words import Decision
from kiosk.store.explained import Explained, explained

DAYS_BACK = 400


@click.command()
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="of the gate")
@click.option("--at", "hour", required=True, metavar="HH:MM[:SS]", help="by the clock on the wall there")
@click.option("--day", default="", metavar="YYYY-MM-DD", help="default: the last day with a verdict at that hour")
@click.option(
    "--code", default="", help="only this ticket: its code in letters, 7QK4-MX29, or the code of another system"
)
@click.option("--case", "as_case", is_flag=True, help="print a file for kiosk gate decide instead")
def why(config_path: Path, hour: str, day: str, code: str, as_case: bool) -> None:
    """Why was this refused at 20:03? From the gate's own record, by the same rules; the gate may be open meanwhile.

    Journals set aside are read too: of earlier lives of this machine, and what a damaged one still has.

    Exit status: 0 found, and decided again it is the same; 1 nothing found; 2 the record and the rules disagree.
    """
    found = _found(config.load(config_path).folder, hour, day, human_code_of(code) or code)
    if not found:
        about = "".join(f" {word} {value}" for word, value in (("on", day), ("of", code)) if value)
        click.echo(f"Nothing on record at {hour}{about}.", err=True)
        if code and human_code_of(code) is None:
            click.echo(
                f"{code!r} is not the code of a ticket sold here (7QK4-MX29); a guest's stands as scanned.", err=True
            )
        sys.exit(1)
    told = [(each, grounds, decided(grounds).decision) for each, grounds in found]
    if as_case:
        cases = [case_of(grounds, decision, f"record-{each.seq}") for each, grounds, decision in told]
        click.echo(json.dumps({"case": cases}, ensure_ascii=False, indent=1))
    else:
        for each, grounds, decision in told:
            _say(each, grounds, decision)
    sys.exit(0 if all(_said(each) == _again(decision) for each, _, decision in told) else 2)


def _found(folder: Path, hour: str, day: str, code: str) -> list[tuple[Explained, Grounds]]:
    """Verdicts at this hour, of the last day that has any."""
    try:
        datetime.strptime(hour, "%H:%M:%S" if hour.count(":") == 2 else "%H:%M")
        around = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    except ValueError as fault:
        raise click.BadParameter(f"{fault}", param_hint="--at, --day") from fault
    since = around - timedelta(days=1) if around else datetime.now(UTC) - timedelta(days=DAYS_BACK)
    until = around + timedelta(days=2) if around else datetime.now(UTC) + timedelta(days=DAYS_BACK)
    found: list[tuple[Explained, Grounds]] = []
    last = day
    for each in explained(folder, since.timestamp(), until.timestamp()):
        grounds = unpacked(each.grounds)
        local = _local(grounds)
        on, ticket = local.date().isoformat(), getattr(each.fact, "ticket_id", "")
        if found and on < last:
            break
        if not local.strftime("%H:%M:%S").startswith(hour) or last not in ("", on):
            continue
        if not code or (ticket and code in (ticket, human_code(ticket))):
            last = on
            found.append((each, grounds))
    return found[::-1]


def _local(grounds: Grounds) -> datetime:
    return grounds.at.astimezone(ZoneInfo(grounds.world.time_zone))


def _said(each: Explained) -> tuple[str, str]:
    """(verdict, what was passed over) on record."""
    fact = each.fact
    if isinstance(fact, AdmissionRefused):
        return fact.reason, ""
    assert isinstance(fact, Admitted | Exited)
    return ("admit", fact.override) if isinstance(fact, Admitted) else ("exit", "")


def _again(decision: Decision) -> tuple[str, str]:
    return decision.word.value, decision.override if decision.word == "admit" else ""


def _say(each: Explained, grounds: Grounds, decision: Decision) -> None:
    ticket = getattr(each.fact, "ticket_id", "")
    word, over = _said(each)
    about = f"ticket {shown_code(ticket)}" if ticket else f"no ticket: {grounds.scan.scan[:60]!r}"
    where = f"record {each.seq}{f' of {each.journal}' if each.journal else ''}"
    click.echo(f"{_local(grounds):%Y-%m-%d %H:%M:%S}  {grounds.scan.gate}  {word}  {about}  ({where})")
    rule = f"rule {decision.rule}" if decision.rule else "no rule stood against it"
    same = "the same" if (word, over) == _again(decision) else f"DIFFERENT: {decision.word.value}"
    click.echo(f"    decided again: {same}; {rule}{f', {decision.detail}' if decision.detail else ''}")
    if over:
        staff = grounds.scan.override
        said = f" by {staff.by or staff.role} as {staff.role}: {staff.reason}" if staff else ""
        click.echo(f"    passed over {over}{said}")
    if decision.first is not None:
        zone = ZoneInfo(grounds.world.time_zone)
        click.echo(f"    used before: {decision.first.gate} at {decision.first.at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
    if decision.next_at is not None:
        click.echo(f"    next: {grounds.world.local(decision.next_at):%Y-%m-%d %H:%M:%S}")
    if grounds.world.lists_as_of is not None:
        age_min = (grounds.at - grounds.world.lists_as_of).total_seconds() / 60
        click.echo(f"    lists were {age_min:.0f} min old; {len(grounds.seen)} earlier passages were known")
