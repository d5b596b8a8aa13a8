import QtQuick
import Kiosk.Theme

// A key of the gate: at least 20 mm high and wide, for gloves; what is switched on is framed thick and has a tick.
Item {
    id: key

    property string text
    property string icon
    property bool chosen: false
    property bool available: true
    property color ink: Theme.gateInk
    property color ground: Theme.gatePlate
    property color edge: Theme.gateEdge
    readonly property bool down: touch.pressed && touch.containsMouse
    readonly property bool flat: height < 1.2 * icon_.size + 40
    signal tapped

    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.checked: chosen
    Accessible.focusable: available
    Accessible.onPressAction: if (key.available)
        key.tapped()

    Rectangle {
        y: key.down ? Theme.lip : 0
        width: parent.width
        height: parent.height - Theme.lip
        radius: Theme.radius
        color: key.available ? key.ground : "transparent"
        border.width: key.chosen ? 8 : key.available ? 3 : 1
        border.color: key.edge

        Icon {
            id: icon_

            x: (parent.width - width) / 2
            y: words.text === "" ? (parent.height - height) / 2 : (parent.height - height - words.height) / 2 - 2
            visible: key.icon !== ""
            name: key.chosen ? "check" : key.icon
            size: 44
            color: key.ink
            opacity: key.available ? 1 : 0.5
        }
        Words {
            id: words

            width: parent.width - 16
            x: 8
            y: key.icon === "" ? (parent.height - height) / 2 : icon_.y + icon_.height
            text: key.text
            size: key.icon !== "" ? 26 : text.length > 2 ? 28 : 34
            strong: true
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.WordWrap
            maximumLineCount: 2
            lineHeight: 0.9
            color: key.ink
            opacity: key.available ? 1 : 0.5
        }
    }
    MouseArea {
        id: touch

        anchors.fill: parent
        enabled: key.available
        onClicked: key.tapped()
    }
}
