import QtQuick
import Kiosk.Components
import Kiosk.Theme

// While the terminal opens its stores: the sign, the question to come, and nothing that could be tapped in vain.
Window {
    id: screen

    required property string machine
    readonly property bool wide: width > height
    readonly property real zoom: width <= 0 || height <= 0 ? 1 : Math.min(width / (wide ? 1920 : 1080), height / (wide ? 1080 : 1920))
    readonly property int boardWidth: wide ? 860 : 1080

    title: qsTr("Kiosk")
    color: Theme.ground

    Item {
        objectName: "opening"
        width: screen.width / screen.zoom
        height: screen.height / screen.zoom
        scale: screen.zoom
        transformOrigin: Item.TopLeft

        Rectangle {
            id: sign

            width: screen.wide ? screen.boardWidth : parent.width
            height: screen.wide ? parent.height : 120
            color: Theme.sign
        }
        Rectangle {
            width: parent.width
            height: 120
            color: Theme.sign

            Words {
                x: Theme.margin
                anchors.verticalCenter: parent.verticalCenter
                text: screen.machine
                size: Theme.lead
                strong: true
                color: Theme.signInk
            }
        }
        Words {
            id: question

            x: (screen.wide ? screen.boardWidth : 0) + Theme.margin - 4
            y: screen.wide ? 132 : 160
            text: qsTr("Where to?")
            size: screen.wide ? 84 : Theme.display
            strong: true
        }
        Words {
            x: question.x + 4
            anchors.top: question.bottom
            anchors.topMargin: Theme.gap
            text: qsTr("This machine is starting. One moment.")
            size: Theme.lead
            color: Theme.quiet
        }
    }
}
