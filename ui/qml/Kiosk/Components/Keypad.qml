pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// Figures for numbers and PINs, as on a telephone.
Item {
    id: keypad

    property bool erasable: false
    readonly property real pitch: (width + Theme.small) / 3
    readonly property real rise: (height + Theme.small) / 4
    signal typed(string figure)
    signal erased

    Repeater {
        model: 10

        KeyCap {
            required property int index
            readonly property int place: index === 9 ? 10 : index // nought stands under the eight

            objectName: "key-" + text
            x: keypad.pitch * (place % 3)
            y: keypad.rise * Math.floor(place / 3)
            width: keypad.pitch - Theme.small
            height: keypad.rise - Theme.small
            text: String((index + 1) % 10)
            size: Theme.title
            onTapped: keypad.typed(text)
        }
    }
    KeyCap {
        objectName: "key-erase"
        x: keypad.pitch * 2
        y: keypad.rise * 3
        width: keypad.pitch - Theme.small
        height: keypad.rise - Theme.small
        icon: "backspace"
        label: qsTr("Erase one figure")
        available: keypad.erasable
        onTapped: keypad.erased()
    }
}
