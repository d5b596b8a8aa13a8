pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// The best places in words, with a small picture of where they are; the whole plan on wish.
Frame {
    id: screen

    readonly property int columns: Math.max(1, sale.seats.columns)
    readonly property real seatWidth: Math.min(128, (picture.width - 2 * Theme.gap) / columns - 8)

    Column {
        width: parent.width
        spacing: Theme.wide

        Rule {
            width: parent.width
        }
        Words {
            width: parent.width
            wrapMode: Text.WordWrap
            text: screen.sale.seats.words
            size: Theme.figure
            strong: true
            lineHeight: 1
        }
        Rectangle {
            id: picture

            width: parent.width
            height: drawn.y + drawn.height + Theme.wide
            color: "transparent"

            Words {
                id: front

                anchors.horizontalCenter: parent.horizontalCenter
                text: "↑ " + screen.sale.seats.front
                strong: true
            }
            Rectangle {
                x: 0
                y: front.height + Theme.small
                width: 6
                height: drawn.height + Theme.gap
                color: Theme.edge
            }
            Rectangle {
                x: parent.width - width
                y: front.height + Theme.small
                width: 6
                height: drawn.height + Theme.gap
                color: Theme.edge
            }
            Item {
                id: drawn

                x: (parent.width - screen.columns * (screen.seatWidth + 8) + 8) / 2
                y: front.height + Theme.gap + 4
                width: parent.width - 2 * x
                height: childrenRect.height

                Repeater {
                    model: screen.sale.seats.picture

                    SeatTile {
                        required letter
                        required condition
                        required property int row
                        required property int column

                        live: false
                        x: column * (screen.seatWidth + 8)
                        y: row * 98
                        width: screen.seatWidth
                        height: 90
                    }
                }
            }
        }
        ActionButton {
            objectName: "otherSeats"
            anchors.horizontalCenter: parent.horizontalCenter
            width: Math.max(520, implicitWidth)
            text: qsTr("Choose other seats")
            icon: "seat"
            onTapped: screen.sale.openPlan()
        }
    }
}
