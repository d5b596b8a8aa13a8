import QtQuick
import Kiosk.Theme

// A key in the sign: outlined, the only touchable thing that is not a plate.
Rectangle {
    id: key

    property string icon
    property string text
    property string label
    signal tapped

    Accessible.role: Accessible.Button
    Accessible.name: label
    Accessible.focusable: true
    Accessible.onPressAction: key.tapped()
    activeFocusOnTab: true
    Keys.onReturnPressed: key.tapped()
    Keys.onSpacePressed: key.tapped()
    implicitWidth: text === "" ? 80 : row.implicitWidth + 2 * Theme.gap
    implicitHeight: 80
    radius: Theme.radius
    color: touch.pressed ? Theme.signLine : "transparent"
    border.width: activeFocus ? 6 : Theme.stroke
    border.color: activeFocus ? Theme.signInk : Theme.signQuiet

    Row {
        id: row

        anchors.centerIn: parent
        spacing: 14

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: key.icon
            color: Theme.signInk
            size: key.text === "" ? 48 : 36
        }
        Words {
            anchors.verticalCenter: parent.verticalCenter
            visible: key.text !== ""
            text: key.text
            size: Theme.caption
            color: Theme.signInk
        }
    }
    MouseArea {
        id: touch

        anchors.fill: parent
        onClicked: key.tapped()
    }
}
