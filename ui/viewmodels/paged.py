"""The pages of the sale as QML reads them: one view-model for each group of screens."""

from __future__ import annotations

from PySide6.QtCore import Property
from PySide6.QtQml import QmlAnonymous

from ui.viewmodels.attract import AttractViewModel
from ui.viewmodels.framed import FramedViewModel
from ui.viewmodels.names import NamesViewModel
from ui.viewmodels.party import PartyViewModel
from ui.viewmodels.pay import PayViewModel
from ui.viewmodels.search import SearchViewModel
from ui.viewmodels.seats import SeatsViewModel
from ui.viewmodels.staffpage import StaffViewModel
from ui.viewmodels.trip import TripViewModel
from ui.viewmodels.voucher import VoucherViewModel

QML_IMPORT_NAME = "Kiosk"
QML_IMPORT_MAJOR_VERSION = 1


@QmlAnonymous
class PagedViewModel(FramedViewModel):
    """Base of the sale: what each group of screens shows. The sale makes the pages."""

    _attract: AttractViewModel
    _search: SearchViewModel
    _trip: TripViewModel
    _party: PartyViewModel
    _seats: SeatsViewModel
    _names: NamesViewModel
    _pay: PayViewModel
    _staff: StaffViewModel
    _voucher: VoucherViewModel

    @Property(AttractViewModel, constant=True)
    def attract(self) -> AttractViewModel:
        return self._attract

    @Property(SearchViewModel, constant=True)
    def search(self) -> SearchViewModel:
        return self._search

    @Property(TripViewModel, constant=True)
    def trip(self) -> TripViewModel:
        return self._trip

    @Property(PartyViewModel, constant=True)
    def party(self) -> PartyViewModel:
        return self._party

    @Property(SeatsViewModel, constant=True)
    def seats(self) -> SeatsViewModel:
        return self._seats

    @Property(NamesViewModel, constant=True)
    def names(self) -> NamesViewModel:
        return self._names

    @Property(PayViewModel, constant=True)
    def pay(self) -> PayViewModel:
        return self._pay

    @Property(StaffViewModel, constant=True)
    def staff(self) -> StaffViewModel:
        return self._staff

    @Property(VoucherViewModel, constant=True)
    def voucher(self) -> VoucherViewModel:
        return self._voucher
