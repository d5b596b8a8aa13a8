import QtQuick
import Kiosk.Theme

// A word worth noticing in an outlined pill.
Rectangle {
    id: tag

    property string text
    property string icon
    property int size: Theme.caption

    implicitWidth: row.implicitWidth + 28
    implicitHeight: size + 18
    radius: height / 2
    color: "transparent"
    border.width: 2
    border.color: Theme.ink

    Row {
        id: row

        anchors.centerIn: parent
        spacing: 8

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: tag.icon !== ""
            name: tag.icon
            size: tag.size
        }
        Words {
            anchors.verticalCenter: parent.verticalCenter
            text: tag.text
            size: tag.size
            strong: true
        }
    }
}
