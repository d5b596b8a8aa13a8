pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Everything once more, and how to pay.
Frame {
    id: screen

    // Paper or phone may be chosen here where there is room; where there is not, and no paper, it is asked after "pay".
    readonly property bool roomy: upper.height + 96 + heading.implicitHeight + grid.implicitHeight + 2 * Theme.small + 2 * Theme.gap < area.height
    readonly property bool many: ways.count > 3 && (wide || Theme.large || ways.count > 4)

    asideHeight: ride.height

    aside: Ride {
        id: ride

        width: parent.width
        pay: screen.sale.pay
        stacked: screen.wide || Theme.large
    }

    Column {
        id: upper

        width: parent.width
        spacing: 0

        Rule {
            width: parent.width
        }
        Item {
            width: 1
            height: 12
        }
        Repeater {
            model: screen.sale.pay.lines

            PriceLine {
                required what
                required detail
                required amount
                width: parent.width
            }
        }
        Item {
            width: 1
            height: 12
        }
        Rule {
            width: parent.width
        }
        Item {
            width: 1
            height: Theme.gap
        }
        Band {
            visible: text !== ""
            width: parent.width
            text: screen.sale.pay.warning
        }
        Repeater {
            model: screen.sale.pay.warning === "" && !(Theme.large && !screen.wide) ? screen.sale.pay.notes : null

            Item {
                id: note

                required property string icon
                required property string text

                width: parent.width
                height: sentence.implicitHeight + 14

                Note {
                    id: sentence

                    width: parent.width
                    icon: note.icon
                    text: note.text
                }
            }
        }
    }
    Column {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: screen.wide ? 0 : Theme.gap
        width: parent.width
        spacing: Theme.small

        Row {
            id: hands

            visible: screen.roomy
            width: parent.width
            spacing: Theme.gap

            Repeater {
                model: screen.sale.pay.hands

                ActionButton {
                    required property string key
                    required property string title

                    objectName: available ? "hand-" + key : ""
                    width: (hands.width - hands.spacing) / 2
                    height: 96
                    required icon
                    required chosen
                    required available
                    text: title
                    size: Theme.large ? Theme.caption : Theme.lead
                    onTapped: screen.sale.chooseHand(key)
                }
            }
        }
        Words {
            id: heading

            text: qsTr("How do you want to pay?")
            size: Theme.title
            strong: true
        }
        Grid {
            id: grid

            width: parent.width
            columns: screen.many ? 2 : 1
            spacing: Theme.small

            Repeater {
                id: ways

                model: screen.sale.pay.ways

                Choice {
                    required icon
                    required title
                    required detail
                    required chosen
                    required available
                    required property string key

                    objectName: available ? "way-" + key : ""
                    width: (grid.width - (grid.columns - 1) * grid.spacing) / grid.columns
                    brief: screen.many
                    onTapped: screen.sale.chooseWay(key)
                }
            }
        }
    }
}
