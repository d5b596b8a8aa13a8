pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Which departure: pages of them for one day, the best already chosen.
Frame {
    id: screen

    readonly property int rowHeight: Theme.large ? 200 : wide ? 116 : 128
    readonly property int room: wide ? area.height : area.height - pager.height - Theme.small
    readonly property int rows: Math.floor((room + Theme.tight) / (rowHeight + Theme.tight))

    asideHeight: Theme.large ? 136 : 112
    onRowsChanged: sale.trip.fits(rows)
    Component.onCompleted: sale.trip.fits(rows)

    aside: Grid {
        id: days

        readonly property int shown: Theme.large && !screen.wide ? 3 : 5

        width: parent.width
        columns: screen.wide ? 3 : shown + 1
        spacing: 12

        Repeater {
            model: screen.sale.trip.strip

            DayTile {
                required word
                required date
                required chosen
                required available
                required property int index
                required property string day

                objectName: "day-" + day
                visible: index < days.shown
                width: (days.width - (days.columns - 1) * days.spacing) / days.columns
                onTapped: screen.sale.trip.chooseDay(day)
            }
        }
        DayTile {
            objectName: "otherDay"
            width: (days.width - (days.columns - 1) * days.spacing) / days.columns
            word: Theme.large ? qsTr("Other") : qsTr("Other day")
            icon: "calendar"
            onTapped: screen.sale.trip.otherDay()
        }
    }

    Column {
        id: list

        width: parent.width
        spacing: Theme.tight

        Repeater {
            model: screen.sale.trip.departures

            DepartureRow {
                required departs
                required arrives
                required about
                required shortAbout
                required level
                required leftText
                required price
                required tag
                required tagIcon
                required chosen
                required available
                required property string key
                required property string spoken

                objectName: "departure-" + key
                label: spoken
                width: list.width
                height: screen.rowHeight
                onTapped: screen.sale.trip.choose(key)
            }
        }
    }
    Note {
        visible: text !== ""
        y: Theme.wide
        width: parent.width
        icon: screen.sale.trip.searching ? "clock" : "info"
        size: Theme.lead
        text: screen.sale.trip.searching ? qsTr("Looking up departures") : screen.sale.trip.message
    }
    Pager {
        id: pager

        parent: screen.wide ? screen.side : screen.area
        visible: screen.sale.trip.hasBefore || screen.sale.trip.hasAfter
        anchors.bottom: parent?.bottom
        anchors.bottomMargin: screen.wide ? 0 : Theme.tight
        width: parent?.width ?? 0
        before: qsTr("Earlier")
        here: screen.sale.trip.here
        after: qsTr("Later")
        hasBefore: screen.sale.trip.hasBefore
        hasAfter: screen.sale.trip.hasAfter
        onEarlier: screen.sale.trip.earlier()
        onLater: screen.sale.trip.later()
    }
}
