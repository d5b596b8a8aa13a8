pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components

// What comes out of the machine, page by page.
Frame {
    id: screen

    TakeList {
        width: parent.width
        model: screen.sale.pay.take
        columns: screen.wide && screen.sale.pay.take.count > 6 ? 2 : 1
    }
}
