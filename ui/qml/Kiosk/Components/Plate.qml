import QtQuick
import Kiosk.Theme

// Whatever can be touched is a plate: a light sheet on a lip. Nothing else is, and nothing else has a lip.
// Without `available` it stays in its place and loses its plate.
Item {
    id: plate

    property string label // spoken by a screen reader; required of every plate that is available
    property bool chosen: false
    property bool available: true
    property bool primary: false
    property bool framed: false // as a field one types in: the accent around, but not filled as chosen
    default property alias content: face.data
    readonly property bool down: touch.pressed && touch.containsMouse
    signal tapped

    Accessible.role: Accessible.Button
    Accessible.name: label
    Accessible.checked: chosen
    Accessible.focusable: available
    Accessible.onPressAction: if (plate.available)
        plate.tapped()
    activeFocusOnTab: available
    Keys.onReturnPressed: if (plate.available)
        plate.tapped()
    Keys.onSpacePressed: if (plate.available)
        plate.tapped()

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius
        visible: plate.available
        color: plate.primary ? Theme.accentLip : plate.chosen || plate.framed ? Theme.accent : Theme.edge
    }
    Rectangle {
        id: face

        y: plate.down ? Theme.lip : 0
        width: parent.width
        height: parent.height - (plate.available ? Theme.lip : 0)
        radius: Theme.radius
        color: !plate.available ? "transparent" : plate.primary ? Theme.accent : plate.chosen ? Theme.wash : Theme.plate
        border.width: plate.primary ? 0 : plate.chosen || plate.framed ? Theme.stroke * 2 : !plate.available ? (Theme.contrast ? 0 : 2) : Theme.contrast ? Theme.stroke : 1
        border.color: plate.chosen || plate.framed ? Theme.accent : Theme.contrast ? Theme.edge : Theme.line
    }
    Rectangle {
        anchors.fill: parent
        anchors.margins: -8
        radius: Theme.radius + 8
        visible: plate.activeFocus
        color: "transparent"
        border.width: 4
        border.color: Theme.ink
    }
    MouseArea {
        id: touch

        anchors.fill: parent
        enabled: plate.available
        onClicked: plate.tapped()
    }
}
