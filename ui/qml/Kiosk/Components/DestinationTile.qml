import QtQuick
import Kiosk.Theme

// A place people go to from here, with the fastest time and the lowest price.
Plate {
    id: tile

    property string name
    property string other
    property string detail

    implicitHeight: Theme.large ? 168 : 144

    Words {
        x: 28
        y: parent.height * 0.43 - baselineOffset
        width: parent.width - 2 * x
        elide: Text.ElideRight
        text: tile.name
        size: Theme.large ? 40 : 36
        strong: true
    }
    Words {
        id: second

        x: 28
        y: parent.height * 0.79 - baselineOffset
        visible: detail.x > x + implicitWidth + Theme.small
        text: tile.other
        size: Theme.caption
        color: Theme.quiet
    }
    Words {
        id: detail

        anchors.right: parent.right
        anchors.rightMargin: 28
        y: parent.height * 0.79 - baselineOffset
        text: tile.detail
        size: Theme.large ? Theme.caption : 26
        color: Theme.quiet
    }
}
