import QtQuick
import Kiosk.Theme

// A class or a fare: its name, what it costs, how many are left.
Plate {
    id: tile

    property string title
    property string price
    property string leftText

    implicitHeight: Theme.large ? 176 : 136

    Words {
        x: 24
        y: parent.height * 0.36 - baselineOffset
        width: parent.width - 2 * x - (tile.chosen && !Theme.large ? 36 : 0)
        elide: Text.ElideRight
        text: tile.title
        size: Theme.large ? Theme.caption : Theme.body
        strong: tile.chosen
        color: tile.available ? Theme.ink : Theme.quiet
    }
    Words {
        id: amount

        x: 24
        y: parent.height * 0.8 - baselineOffset
        text: tile.price
        size: Theme.large ? 48 : 38
        strong: true
        color: tile.available ? Theme.ink : Theme.quiet
    }
    Words {
        anchors.right: parent.right
        anchors.rightMargin: 24
        anchors.baseline: amount.baseline
        visible: x > amount.x + amount.width + 12 && !(Theme.large && tile.chosen)
        text: tile.leftText
        size: Theme.caption
        color: Theme.quiet
    }
    Icon {
        visible: tile.chosen
        anchors.right: parent.right
        anchors.rightMargin: 20
        y: Theme.large ? parent.height * 0.8 - height + 6 : 18
        name: "check"
        color: Theme.accent
        size: 36
    }
}
