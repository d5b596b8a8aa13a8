pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Which day: every day on sale, those without a service in their place but without a plate.
Frame {
    id: screen

    readonly property int columns: wide ? 5 : Theme.large ? 3 : 4

    Grid {
        id: days

        width: parent.width
        columns: screen.columns
        spacing: Theme.small

        Repeater {
            model: screen.sale.trip.calendar

            DayTile {
                required word
                required date
                required chosen
                required available
                required property string day

                objectName: "day-" + day
                width: (days.width - (screen.columns - 1) * Theme.small) / screen.columns
                height: Theme.large ? 152 : 144
                onTapped: screen.sale.trip.chooseDay(day)
            }
        }
    }
}
