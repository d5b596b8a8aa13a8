import QtQuick
import Kiosk.Theme

// A key. Letters that lead to no station stay in place but lose their plate.
Plate {
    id: key

    property string text
    property string icon
    property int size: 40

    label: text

    Words {
        visible: key.icon === ""
        anchors.centerIn: parent
        text: key.text
        size: key.size
        color: key.available ? Theme.ink : Theme.edge
    }
    Icon {
        visible: key.icon !== ""
        anchors.centerIn: parent
        name: key.icon
        size: 44
        color: key.available ? Theme.ink : Theme.edge
    }
}
