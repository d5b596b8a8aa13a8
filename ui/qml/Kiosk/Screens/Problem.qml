pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Nobody knows whether the money moved: what happened to it, to the seats, what to do, and a reference.
Frame {
    id: screen

    asideHeight: wide ? 0 : warning.height

    aside: Band {
        id: warning

        width: parent.width
        text: qsTr("Please do not pay a second time.")
    }

    Column {
        width: parent.width

        Repeater {
            model: screen.sale.pay.topics

            Topic {
                required icon
                required title
                required text
                width: parent.width
            }
        }
    }
    Row {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: screen.wide ? 0 : Theme.gap
        spacing: 72

        Repeater {
            model: screen.sale.pay.facts

            Fact {
                required label
                required value
                size: screen.wide ? Theme.title : Theme.large ? 56 : Theme.figure
            }
        }
    }
}
