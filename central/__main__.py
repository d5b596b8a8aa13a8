"""`python -m central` is `kiosk central`."""

from central.commands import central

if __name__ == "__main__":
    central(prog_name="python -m central")
