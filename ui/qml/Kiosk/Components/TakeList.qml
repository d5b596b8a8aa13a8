pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// The things to take, one below the other.
Item {
    id: list

    property alias model: rows.model
    property int columns: 1
    property int lines: 2 // 1 = without the second line

    implicitHeight: grid.height + Theme.stroke

    Grid {
        id: grid

        width: parent.width
        columns: list.columns
        columnSpacing: Theme.wide

        Repeater {
            id: rows

            TakeRow {
                required title
                required detail
                required condition
                required word
                width: (grid.width - (grid.columns - 1) * grid.columnSpacing) / grid.columns
                brief: list.lines === 1
            }
        }
    }
    Rule {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
