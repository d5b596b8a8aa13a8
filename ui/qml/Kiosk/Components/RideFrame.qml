pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// A frame that shows aside what is being bought.
Frame {
    id: screen

    asideHeight: wide ? 0 : ride.height

    aside: Ride {
        id: ride

        width: parent.width
        pay: screen.sale.pay
        stacked: screen.wide || Theme.large
    }
}
