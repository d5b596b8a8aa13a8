pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// The signs of a code: figures first, then letters in their order; the ones that look alike are not there.
Item {
    id: keys

    required property string signs
    property bool full: false
    property bool erasable: false
    readonly property int columns: 11
    readonly property int figures: 8
    readonly property real pitch: (width + Theme.tight) / columns
    readonly property real rise: (height + Theme.tight) / 3
    signal typed(string sign)
    signal erased

    Repeater {
        model: keys.signs.length

        KeyCap {
            required property int index
            readonly property int place: index < keys.figures ? index : index - keys.figures

            objectName: "key-" + text
            x: keys.pitch * (place % keys.columns)
            y: keys.rise * (index < keys.figures ? 0 : 1 + Math.floor(place / keys.columns))
            width: keys.pitch - Theme.tight
            height: keys.rise - Theme.tight
            text: keys.signs[index]
            available: !keys.full
            onTapped: keys.typed(text)
        }
    }
    KeyCap {
        objectName: "key-erase"
        x: keys.pitch * keys.figures
        width: keys.pitch * (keys.columns - keys.figures) - Theme.tight
        height: keys.rise - Theme.tight
        icon: "backspace"
        label: qsTr("Erase one sign")
        available: keys.erasable
        onTapped: keys.erased()
    }
}
