"""`python -m kiosk`."""

from kiosk.app.main import main

main()
