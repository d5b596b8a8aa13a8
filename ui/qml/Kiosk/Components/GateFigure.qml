import QtQuick
import Kiosk.Theme

// A count and what it counts.
Column {
    id: figure

    property string name
    property string label
    property int value

    Words {
        text: figure.label
        size: 26
        color: Theme.gateQuiet
    }
    Words {
        objectName: figure.name
        text: figure.value
        size: 60
        strong: true
        lineHeight: 1
        color: Theme.gateInk
    }
}
