pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// The plan of a coach or a block: touch a free seat to move there.
Frame {
    id: screen

    readonly property int coachCount: Math.max(1, sale.seats.coaches.count)
    readonly property int coachColumns: wide ? Math.min(4, coachCount) : Math.min(8, coachCount)
    readonly property int columns: Math.max(1, sale.seats.columns)
    readonly property int aisle: sale.seats.aisle
    readonly property int labels: aisle < 0 ? 72 : 0 // room for row numbers where no aisle has it
    readonly property real pitch: (area.width - 32 - labels) / columns
    readonly property int rise: 98
    readonly property var rowNames: sale.seats.rowLabels
    readonly property int rows: Math.floor((area.height - planTop - planBottom + 8) / rise)
    readonly property int planTop: heads.y + heads.height
    readonly property int planBottom: wide ? 0 : 108

    asideHeight: wide || coachCount < 2 ? 0 : Math.ceil(coachCount / coachColumns) * 104 - 8
    onRowsChanged: sale.seats.fits(rows)
    Component.onCompleted: sale.seats.fits(rows)

    aside: [
        Grid {
            id: coaches

            visible: screen.coachCount > 1
            width: parent.width
            columns: screen.coachColumns
            spacing: Theme.tight

            Repeater {
                model: screen.sale.seats.coaches

                Plate {
                    id: tab
                    required chosen
                    required available

                    required property int coach
                    required property string number
                    required property string name

                    objectName: "coach-" + coach
                    label: number + ", " + name
                    width: (coaches.width - (coaches.columns - 1) * coaches.spacing) / coaches.columns
                    height: 96
                    onTapped: screen.sale.seats.showCoach(coach)

                    Words {
                        anchors.horizontalCenter: parent.horizontalCenter
                        y: 46 - baselineOffset
                        width: Math.min(implicitWidth, parent.width - 12)
                        elide: Text.ElideRight
                        text: tab.number
                        size: tab.number.length > 4 ? Theme.body : 36
                        strong: tab.chosen
                        color: tab.available ? Theme.ink : Theme.quiet
                    }
                    Words {
                        anchors.horizontalCenter: parent.horizontalCenter
                        y: 80 - baselineOffset
                        text: tab.name
                        size: 24
                        color: tab.chosen ? Theme.ink : Theme.quiet
                    }
                }
            }
        },
        Legend {
            visible: screen.wide
            y: coaches.visible ? coaches.height + Theme.wide : 0
            width: parent.width
        }
    ]

    Row {
        id: front

        anchors.horizontalCenter: parent.horizontalCenter
        height: 44
        spacing: Theme.small

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: "arrow-up"
            size: 32
        }
        Words {
            anchors.verticalCenter: parent.verticalCenter
            text: screen.sale.seats.front
            size: Theme.large ? Theme.caption : Theme.body
            strong: true
        }
    }
    Item {
        id: heads

        x: 16 + screen.labels
        y: front.height
        width: parent.width - 32 - screen.labels
        height: names.count > 0 && screen.columns <= 7 ? 44 : 12

        Repeater {
            id: names

            model: screen.columns <= 7 ? screen.sale.seats.heads : []

            Words {
                required property int index
                required property string modelData

                x: screen.pitch * (index + 0.5) - width / 2
                y: 30 - baselineOffset
                text: modelData
                size: 24
                color: Theme.quiet
            }
        }
    }
    Rectangle {
        y: screen.planTop
        width: 6
        height: screen.rowNames.length * screen.rise - 8
        color: Theme.edge
    }
    Rectangle {
        x: parent.width - width
        y: screen.planTop
        width: 6
        height: screen.rowNames.length * screen.rise - 8
        color: Theme.edge
    }
    Repeater {
        model: screen.rowNames

        Words {
            required property int index
            required property string modelData

            x: screen.aisle < 0 ? 24 : 16 + screen.pitch * (screen.aisle + 0.5) - width / 2
            y: screen.planTop + index * screen.rise + 43 - height / 2
            text: modelData
            color: Theme.quiet
        }
    }
    Repeater {
        model: screen.sale.seats.seats

        SeatTile {
            required letter
            required condition
            required property int place
            required property int row
            required property int column
            required property string spoken

            key: "seat-" + place
            label: spoken
            x: 16 + screen.labels + column * screen.pitch + 6
            y: screen.planTop + row * screen.rise
            width: screen.pitch - 12
            height: screen.rise - 8
            onWished: screen.sale.seats.toggle(place)
        }
    }
    Legend {
        id: legend

        visible: !screen.wide
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.tight
        width: parent.width - (pages.visible ? pages.width + Theme.gap : 0)
    }
    Row {
        id: pages

        visible: screen.sale.seats.before !== "" || screen.sale.seats.after !== ""
        parent: screen.wide ? screen.side : screen.area
        anchors.right: parent?.right
        anchors.bottom: parent?.bottom
        anchors.bottomMargin: screen.wide ? 0 : Theme.tight
        spacing: Theme.small

        ActionButton {
            objectName: "earlier"
            visible: text !== ""
            height: 80
            size: Theme.large ? Theme.caption : Theme.body
            text: screen.sale.seats.before
            icon: "chevron-up"
            onTapped: screen.sale.seats.earlier()
        }
        ActionButton {
            objectName: "later"
            visible: text !== ""
            height: 80
            size: Theme.large ? Theme.caption : Theme.body
            text: screen.sale.seats.after
            icon: "chevron-down"
            onTapped: screen.sale.seats.later()
        }
    }
}
