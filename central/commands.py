"""The command `kiosk central` with all its parts."""

from central import cli_guests, cli_leases, cli_payments, cli_privacy, cli_recovery, cli_vouchers
from central.cli import central

for command in (
    cli_recovery.backup,
    cli_recovery.restore,
    cli_recovery.failover,
    cli_recovery.lost,
    cli_recovery.void,
    cli_leases.holdings,
    cli_leases.quota,
    cli_vouchers.voucher,
    cli_payments.payments,
    cli_privacy.forget_names,
    cli_guests.guests,
    cli_guests.plan,
):
    central.add_command(command)

__all__ = ["central"]
