import QtQuick
import Kiosk.Theme

// A sentence about money or seats that must not be missed.
Rectangle {
    id: band

    property string icon: "warning"
    property string text

    implicitHeight: words.implicitHeight + 2 * 32
    radius: Theme.radius
    color: Theme.careWash
    border.width: Theme.contrast ? Theme.stroke : 0
    border.color: Theme.care

    Icon {
        x: 24
        anchors.verticalCenter: parent.verticalCenter
        name: band.icon
        size: 52
        color: Theme.care
    }
    Words {
        id: words

        x: 100
        width: parent.width - x - 24
        anchors.verticalCenter: parent.verticalCenter
        wrapMode: Text.WordWrap
        text: band.text
        size: Theme.lead
        strong: true
        color: Theme.care
    }
}
