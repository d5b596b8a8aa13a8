import QtQuick
import Kiosk.Theme

// A large either-or plate: icon, name, one line under it, a ring that fills when chosen.
Plate {
    id: choice

    property string icon
    property string title
    property string detail
    property bool brief: false // where there are many: the name alone
    readonly property color tone: available ? Theme.ink : Theme.quiet

    label: title
    implicitHeight: Math.max(130, texts.implicitHeight + 2 * Theme.gap)

    Icon {
        x: 32
        anchors.verticalCenter: parent.verticalCenter
        name: choice.icon
        size: 56
        color: choice.tone
    }
    Column {
        id: texts

        x: 124
        width: parent.width - x - 104
        anchors.verticalCenter: parent.verticalCenter
        spacing: 2

        Words {
            width: parent.width
            wrapMode: Text.WordWrap
            text: choice.title
            size: Theme.lead
            strong: true
            color: choice.tone
        }
        Words {
            visible: text !== "" && !choice.brief
            width: parent.width
            wrapMode: Text.WordWrap
            text: choice.detail
            size: Theme.large ? Theme.caption : 26
            color: Theme.quiet
        }
    }
    Rectangle {
        visible: choice.available
        anchors.right: parent.right
        anchors.rightMargin: 32
        anchors.verticalCenter: parent.verticalCenter
        width: 48
        height: 48
        radius: 24
        color: choice.chosen ? Theme.accent : "transparent"
        border.width: 3
        border.color: choice.chosen ? Theme.accent : Theme.edge

        Icon {
            visible: choice.chosen
            anchors.centerIn: parent
            name: "check"
            size: 32
            color: Theme.accentInk
        }
    }
}
