pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// How full, told by shape and by word, never by colour.
Row {
    id: seats

    property string level // plenty, few, none, open (no limit)
    property string text
    spacing: 14

    Item {
        anchors.verticalCenter: parent.verticalCenter
        visible: seats.level !== "open"
        width: 36
        height: 28

        Repeater {
            model: 3

            Rectangle {
                required property int index

                x: index * 13
                y: 14 - index * 7
                width: 9
                height: 14 + index * 7
                visible: seats.level !== "none"
                color: seats.level === "plenty" || index === 0 ? Theme.ink : "transparent"
                border.width: 2
                border.color: Theme.ink
            }
        }
        Icon {
            visible: seats.level === "none"
            anchors.centerIn: parent
            name: "cross"
            size: 28
            color: Theme.quiet
        }
    }
    Words {
        anchors.verticalCenter: parent.verticalCenter
        text: seats.text
        size: Theme.large ? Theme.caption : Theme.body
        strong: seats.level === "few"
        color: seats.level === "none" ? Theme.quiet : Theme.ink
    }
}
