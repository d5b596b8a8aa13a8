pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// What the shapes of seats mean.
Flow {
    id: legend

    spacing: Theme.small

    Repeater {
        model: [
            {
                condition: "yours",
                word: qsTr("Yours")
            },
            {
                condition: "free",
                word: qsTr("Free")
            },
            {
                condition: "taken",
                word: qsTr("Taken")
            },
            {
                condition: "kept",
                word: qsTr("Wheelchair")
            }
        ]

        Row {
            id: entry

            required property var modelData

            spacing: 10

            SeatTile {
                live: false
                width: 52
                height: 40
                letter: "A"
                condition: entry.modelData.condition
            }
            Words {
                anchors.verticalCenter: parent.verticalCenter
                text: entry.modelData.word
                size: 24
            }
        }
    }
}
