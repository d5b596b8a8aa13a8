"""How many places this terminal would like to hold: of every class of every departure from here, and of events."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.domain.fares import EVENT_MODE
from kiosk.domain.network import service_day_start
from kiosk.ports import Clock
from kiosk.services.offers import Offers
from kiosk.store.catalogue import CatalogueStore
from kiosk.store.timetable import Network, Ride
from sync.wire import Want

NEAR_S = 24 * 3600
AGAIN_NEAR_S, AGAIN_S = 300, 3600  # until the same is asked for again, near the departure and far from it


class WantPolicy:
    """A share of each class, at least a few (a party must find room); asked for again below three quarters of it.

    That is the most this terminal has use for: central may give less. What it was asked for and did not give is asked
    for again after a while, or when places were sold meanwhile. A terminal without a station of its own ("" as
    `stop_place_id`) wants whole runs.
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
        self._asked: dict[tuple[int, str], tuple[int, float]] = {}  # in hand then or since, when

    def wants(self) -> tuple[Want, ...]:
        """What is missing and was not asked for just now, nearest departure first."""
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
                    departs = zero + ride.departure_s
                    missing = self._missing(network, ride)
                    found += [(departs, want) for want in missing if self._is_due(want, departs, now)]
        found.sort(key=lambda each: (each[0], each[1].journey_id))
        return tuple(want for _, want in found)

    def asked(self, wants: Iterable[Want]) -> None:
        """Central has answered these."""
        now = self._clock.now()
        self._asked = {key: known for key, known in self._asked.items() if 0 <= now - known[1] < AGAIN_S}
        self._asked |= {(want.journey_id, want.place_class): (want.free_in_hand, now) for want in wants}

    def places_of(self, journey_id: int, place_class: str) -> int:
        """Mask of the places of a class; all where the catalogue does not know the journey: nobody can buy it here."""
        journey = self._catalogue.journey(journey_id)
        service = self._catalogue.service_journey(journey.service_journey_id) if journey else None
        layout = self._catalogue.layout(service.layout_id) if service else None
        return -1 if layout is None else layout.class_masks.get(place_class, 0)

    def _is_due(self, want: Want, departs: int, now: float) -> bool:
        key = want.journey_id, want.place_class
        if key not in self._asked:
            return True
        in_hand, at = self._asked[key]
        if want.free_in_hand > in_hand:
            self._asked[key] = want.free_in_hand, at
        again_s = AGAIN_NEAR_S if departs - now < NEAR_S else AGAIN_S
        return want.free_in_hand < in_hand or not 0 <= now - at < again_s

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
