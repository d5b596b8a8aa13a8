import QtQuick
import Kiosk.Theme

// A plate with a word and, if that helps, an icon.
Plate {
    id: button

    property string text
    property string icon
    property bool iconLast: false
    property int size: Theme.lead
    readonly property color tint: primary && available ? Theme.accentInk : available ? Theme.ink : Theme.quiet

    label: text
    implicitHeight: Theme.action
    implicitWidth: row.implicitWidth + 2 * Theme.wide

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.small
        layoutDirection: button.iconLast ? Qt.RightToLeft : Qt.LeftToRight

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: button.icon !== ""
            name: button.icon
            color: button.tint
            size: Math.round(button.size * 1.15)
        }
        Words {
            anchors.verticalCenter: parent.verticalCenter
            visible: button.text !== ""
            text: button.text
            size: button.size
            strong: button.primary
            color: button.tint
        }
    }
}
