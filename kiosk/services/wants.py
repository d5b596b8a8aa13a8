"""How many places this terminal would like to hold: of every class of every departure from here, and of events."""

from __future__ import annotations

from kiosk.domain.fares import EVENT_MODE
from kiosk.domain.network import service_day_start
from kiosk.ports import Clock
from kiosk.services.offers import Offers
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.timetable import Network, Ride
from sync.wire import Want


class WantPolicy:
    """A share of each class, at least a few (a party must find room); asked for again below three quarters of it.

    A terminal without a station of its own ("" as `stop_place_id`) wants whole runs.
    """

    def __init__(
        self,
        catalogue: CatalogueStore,
        offers: Offers,
        clock: Clock,
        stop_place_id: str = "",
        *,
        share: float = 0.2,
        least: int = 10,
    ) -> None:
        self._catalogue = catalogue
        self._offers = offers
        self._clock = clock
        self._stop_place_id = stop_place_id
        self._share = share
        self._least = least

    def wants(self) -> tuple[Want, ...]:
        """What is missing, nearest departure first."""
        found: list[tuple[int, Want]] = []
        with self._catalogue.reading() as timetable:
            if timetable is None:
                return ()
            network = timetable.network
            origin = network.stop_no.get(self._stop_place_id, 0)
            now = int(self._clock.now())
            for day, number in network.day_no.items():
                zero = service_day_start(day, network.head.timezone)
                if zero + network.latest_s <= now:
                    continue
                low = max(0, now + 1 - zero)
                rides = timetable.reserved(origin, number, low)
                if origin:
                    # Halls stand elsewhere, and every terminal sells their evenings.
                    runs = timetable.reserved(0, number, low)
                    rides += [ride for ride in runs if network.lines[ride.line_no - 1].mode == EVENT_MODE]
                for ride in rides:
                    found += [(zero + ride.departure_s, want) for want in self._missing(network, ride)]
        found.sort(key=lambda each: (each[0], each[1].journey_id))
        return tuple(want for _, want in found)

    def _missing(self, network: Network, ride: Ride) -> list[Want]:
        layout = network.layouts[ride.layout_id]
        free = self._offers.free(ride.journey_id, ride.from_call, ride.last_call)
        missing = []
        for place_class, mask in layout.class_masks.items():
            target = min(mask.bit_count(), max(self._least, round(mask.bit_count() * self._share)))
            in_hand = (free & mask).bit_count()
            if 4 * in_hand < 3 * target:
                missing.append(Want(ride.journey_id, place_class, ride.from_call, ride.last_call, in_hand, target))
        return missing
