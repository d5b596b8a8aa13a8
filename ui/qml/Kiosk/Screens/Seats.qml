pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// The best places in words, with a small picture of where they are; the whole plan on wish.
Frame {
    id: screen

    readonly property int columns: Math.max(1, sale.seats.pictureColumns)
    readonly property int aisle: sale.seats.pictureAisle
    readonly property int labels: aisle < 0 ? 56 : 0
    readonly property var rowNames: sale.seats.pictureRows
    readonly property real pitch: Math.min(152, (area.width - 64 - labels) / columns)
    readonly property int rise: wide ? 84 : 98

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

                x: (parent.width - screen.columns * screen.pitch - screen.labels) / 2
                y: front.height + Theme.gap + 4
                width: parent.width - 2 * x
                height: screen.rowNames.length * screen.rise - 8

                Repeater {
                    model: screen.rowNames

                    Words {
                        required property int index
                        required property string modelData

                        x: screen.aisle < 0 ? 0 : screen.pitch * (screen.aisle + 0.5) - width / 2
                        y: screen.rise * index + (screen.rise - 8 - height) / 2
                        text: modelData
                        color: Theme.quiet
                    }
                }
                Repeater {
                    model: screen.sale.seats.picture

                    SeatTile {
                        required property int row
                        required property int column
                        required letter
                        required condition

                        live: false
                        x: screen.labels + column * screen.pitch + 5
                        y: row * screen.rise
                        width: screen.pitch - 10
                        height: screen.rise - 8
                    }
                }
            }
        }
        Item {
            id: place

            visible: !screen.wide
            width: parent.width
            height: Theme.action
        }
    }
    ActionButton {
        parent: screen.wide ? screen.side : place
        objectName: "otherSeats"
        anchors.horizontalCenter: screen.wide ? undefined : parent?.horizontalCenter
        width: Math.max(520, implicitWidth)
        text: qsTr("Choose other seats")
        icon: "seat"
        onTapped: screen.sale.openPlan()
    }
}
