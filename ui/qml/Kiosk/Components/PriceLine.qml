import QtQuick
import Kiosk.Theme

// Words left, money right, on one baseline.
Item {
    id: line

    property string what
    property string detail
    property string amount
    property bool strong: false
    property int size: Theme.body

    implicitHeight: Math.round(size * 1.86)

    Words {
        id: what

        y: parent.height * 0.7 - baselineOffset
        text: line.what
        size: line.size
        strong: line.strong
    }
    Words {
        anchors.left: what.right
        anchors.leftMargin: Theme.small
        anchors.baseline: what.baseline
        width: sum.x - x - Theme.small
        elide: Text.ElideRight
        text: line.detail
        size: line.size
        color: Theme.quiet
    }
    Words {
        id: sum

        anchors.right: parent.right
        anchors.baseline: what.baseline
        text: line.amount
        size: line.size
        strong: line.strong
    }
}
