pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Theme

// What this machine can do today, said before anyone starts: tick or cross, and the word.
Rectangle {
    id: strip

    required property TerminalViewModel terminal
    property int margin: Theme.margin

    implicitHeight: flow.height + place.height + 76
    color: Theme.sign

    Rectangle {
        visible: Theme.contrast
        width: parent.width
        height: Theme.stroke
        color: Theme.line
    }
    Flow {
        id: flow

        x: strip.margin
        y: 30
        width: parent.width - 2 * x
        spacing: Theme.wide
        visible: !strip.terminal.outOfOrder
        height: visible ? implicitHeight : 0

        Repeater {
            model: strip.terminal.works

            Row {
                id: fact

                required property string icon
                required property string text

                spacing: 14

                Icon {
                    anchors.verticalCenter: parent.verticalCenter
                    name: fact.icon
                    size: 30
                    color: Theme.signInk
                }
                Words {
                    text: fact.text
                    size: Theme.large ? Theme.caption : Theme.body
                    color: Theme.signInk
                }
            }
        }
    }
    Words {
        id: place

        x: strip.margin
        y: flow.y + flow.height + Theme.small
        width: parent.width - 2 * x
        elide: Text.ElideRight
        text: strip.terminal.place
        size: Theme.caption
        color: Theme.signQuiet
    }
}
