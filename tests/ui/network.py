"""A railway and a hall small enough to know by heart: eighteen trains from Beijing South, one concert."""

from __future__ import annotations

from pathlib import Path

import msgspec

from central.catalogue.layouts import load_layouts
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.fares import FareProduct, FareRuleV1, RiderCategory, Tariff
from kiosk.domain.layout import Coach, Layout, Place, PlaceClass
from kiosk.domain.network import Call, Journey, Line, Quay, ServiceJourney, StopPlace, days

ROOT = Path(__file__).parents[2]
FIRST_DAY = "2026-11-23"  # a Monday
DAYS = 14
MINUTE = 60

STATIONS = (  # id, English, Chinese, pinyin, code, minutes from Beijing South, yuan in second class
    ("VNP", "Beijing South", "北京南", "beijingnan", "VNP", 0, 0),
    ("TIP", "Tianjin South", "天津南", "tianjinnan", "TIP", 34, 54),
    ("JGK", "Jinan West", "济南西", "jinanxi", "JGK", 92, 185),
    ("QAK", "Qufu East", "曲阜东", "qufudong", "QAK", 128, 245),
    ("UUH", "Xuzhou East", "徐州东", "xuzhoudong", "UUH", 165, 309),
    ("NKH", "Nanjing South", "南京南", "nanjingnan", "NKH", 225, 443),
    ("CAH", "Changzhou North", "常州北", "changzhoubei", "CAH", 262, 488),
    ("OHH", "Suzhou North", "苏州北", "suzhoubei", "OHH", 290, 523),
    ("AOH", "Shanghai Hongqiao", "上海虹桥", "shanghaihongqiao", "AOH", 318, 553),
    ("SHH", "Shanghai", "上海", "shanghai", "SHH", 330, 553),
)
MINUTES = {row[0]: row[5] for row in STATIONS}
YUAN = {row[0]: row[6] for row in STATIONS}
FAST = ("VNP", "JGK", "NKH", "AOH")
SLOW = ("VNP", "TIP", "JGK", "QAK", "UUH", "NKH", "CAH", "OHH", "AOH")
OLD = ("VNP", "JGK", "UUH", "NKH", "SHH")
TRAINS = (  # number, departure, calls, share of the usual time
    ("G1", "07:00", FAST, 0.84),
    ("G105", "07:20", SLOW, 1.09),
    ("G107", "07:25", OLD, 1.06),
    ("G3", "08:00", FAST, 0.86),
    ("G109", "08:16", SLOW, 1.1),
    ("G5", "09:00", FAST, 0.87),
    ("G111", "09:20", SLOW, 1.1),
    ("G7", "10:00", FAST, 0.86),
    ("G113", "10:15", SLOW, 1.1),
    ("G11", "11:00", FAST, 0.87),
    ("G115", "11:20", SLOW, 1.11),
    ("G13", "12:00", FAST, 0.87),
    ("G117", "12:12", SLOW, 1.1),
    ("G15", "13:00", FAST, 0.87),
    ("G119", "14:05", SLOW, 1.1),
    ("G17", "15:00", FAST, 0.87),
    ("G121", "16:15", SLOW, 1.1),
    ("G19", "17:00", FAST, 0.87),
)
NEVER_ON = 3  # day number without trains, to see a day without a plate
CLASSES = (("business", 3.5), ("first", 1.6), ("second", 1.0))


def stop_places() -> tuple[StopPlace, ...]:
    stations = [
        StopPlace(id_, english, {"en": english, "zh-Hans": chinese}, (pinyin, initials), code, zone_id=id_)
        for id_, english, chinese, pinyin, code, _, _ in STATIONS
        for initials in ["".join(word[0].lower() for word in english.split())]
    ]
    hall = StopPlace("hall", "City Philharmonic Hall", {"zh-Hans": "城市爱乐厅"}, zone_id="hall")
    return (*stations, hall)


def tariff() -> Tariff:
    """Half price for children, three quarters for students in second class; rules by pair of stations."""
    categories = (
        RiderCategory("adult", "Adult", default=True),
        RiderCategory("child", "Child", min_age=6, max_age=13),
        RiderCategory("senior", "Senior", min_age=60),
        RiderCategory("student", "Student"),
    )
    share = {"adult": 1.0, "child": 0.5, "senior": 0.9, "student": 0.75}
    products, rules = [], []
    for start in YUAN:
        for end in YUAN:
            if YUAN[start] < YUAN[end]:
                for class_id, factor in CLASSES:
                    product = f"{class_id}-{start}-{end}"
                    rules.append(FareRuleV1(product, "rail", start, end))
                    for category, part in share.items():
                        fen = int((YUAN[end] - YUAN[start]) * factor * part * 2) * 50
                        products.append(FareProduct(product, class_id.title(), fen, "CNY", category))
    for class_id, yuan in (("stalls", 480), ("standing", 80)):
        rules.append(FareRuleV1(f"{class_id}-hall", "show"))
        products += [
            FareProduct(f"{class_id}-hall", class_id.title(), int(yuan * share[category.id]) * 100, "CNY", category.id)
            for category in categories
        ]
    return Tariff(1, tuple(products), categories, tuple(rules))


def hall() -> Layout:
    """Ten rows of 28 seats in three blocks, and room for 120 people standing."""
    columns = [*range(1, 9), *range(10, 22), *range(23, 31)]
    seats = [
        Place(0, f"{row}{number}", line, column, ("aisle",) if column in (8, 10, 21, 23) else ())
        for line, row in enumerate("ABCDEFGHJK", 1)
        for number, column in enumerate(columns, 1)
    ]
    standing = [Place(1, str(unit)) for unit in range(1, 121)]
    classes = (
        PlaceClass("stalls", "Stalls", {"zh-Hans": "池座"}, ("stalls-*",)),
        PlaceClass("standing", "Standing", {"zh-Hans": "站席"}, ("standing-*",)),
    )
    coaches = (
        Coach("Stalls", "stalls", names={"zh-Hans": "池座"}),
        Coach("Standing", "standing", True, {"zh-Hans": "站席"}),
    )
    return Layout("hall", classes, coaches, (*seats, *standing), "stage")


def service_journeys(named: str = "") -> tuple[ServiceJourney, ...]:
    trains = []
    for number, departs, stations, share in TRAINS:
        start = int(departs[:2]) * 3600 + int(departs[3:]) * MINUTE
        calls = []
        for station in stations:
            at = start + int(MINUTES[station] * share) * MINUTE
            halt = 0 if station == "VNP" else 2 * MINUTE
            quay = f"VNP-{1 + len(trains) % 12}" if station == "VNP" else ""
            calls.append(Call(station, quay, at, at + halt))
        trains.append(ServiceJourney(number, "rail", number, "", tuple(calls), "cr400af-8"))
    evening = (Call("hall", "", 67_500, 70_200), Call("hall", "", 77_400, 77_400))
    names = {"zh-Hans": "贝多芬：第七交响曲"}
    return (
        *trains,
        ServiceJourney(
            "concert", "show", "", "Beethoven: Symphony No. 7", evening, "hall", names, asked=named or msgspec.UNSET
        ),
    )


def catalogue(named: str = "optional") -> Catalogue:
    """Journey id = 1000 x day number + number of the service journey, both from 1. `named`: names at the concert."""
    runs = service_journeys(named)
    journeys = tuple(
        Journey(1000 * day_no + no, run.id, day)
        for day_no, day in enumerate(days(FIRST_DAY, DAYS), 1)
        for no, run in enumerate(runs, 1)
        if day_no != NEVER_ON or run.id == "concert"
        if run.id != "concert" or day_no in (2, 5)
    )
    train = load_layouts(ROOT / "assets" / "layouts").layouts
    layouts = tuple(layout for layout in _values(train) if layout.id == "cr400af-8")
    return Catalogue(
        version=1,
        operator="China Railway",
        tenant=86,
        timezone="Asia/Shanghai",
        languages=("en", "zh-Hans"),
        window_from=FIRST_DAY,
        window_days=DAYS,
        stop_places=stop_places(),
        quays=tuple(Quay(f"VNP-{number}", "VNP", platform_code=str(number)) for number in range(1, 13)),
        lines=(Line("rail", "Beijing–Shanghai", mode=2), Line("show", "City Philharmonic Hall", mode=-1)),
        service_journeys=runs,
        journeys=journeys,
        layouts=(*layouts, hall()),
        tariff=tariff(),
        currency="CNY",
    )


def _values(layouts: object) -> list[Layout]:
    return list(layouts.values()) if isinstance(layouts, dict) else list(layouts)  # type: ignore[call-overload]
