import QtQuick
import Kiosk.Theme

// One line of the departure board on the sign. Read from three metres.
Item {
    id: row

    property string time
    property string number
    property string name
    property string other
    property string platform
    property bool platforms: true

    implicitHeight: 84

    Rectangle {
        width: parent.width
        height: 2
        color: Theme.signLine
    }
    Words {
        id: when

        anchors.verticalCenter: parent.verticalCenter
        text: row.time
        size: 40
        strong: true
        color: Theme.signInk
    }
    StationName {
        x: 152
        anchors.baseline: when.baseline
        room: train.x + train.width - train.implicitWidth - x - Theme.gap
        name: row.name
        other: row.other
        size: 40
        strong: false
        color: Theme.signInk
        quiet: Theme.signQuiet
    }
    Words {
        id: train

        anchors.right: parent.right
        anchors.rightMargin: row.platforms ? 100 : 0
        width: Math.min(implicitWidth, 220)
        elide: Text.ElideRight
        horizontalAlignment: Text.AlignRight
        anchors.baseline: when.baseline
        text: row.number
        size: 34
        color: Theme.signInk
    }
    Words {
        visible: row.platforms
        anchors.right: parent.right
        anchors.baseline: when.baseline
        text: row.platform
        size: 40
        strong: true
        color: Theme.signInk
    }
}
