pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// Letters and figures for gloves: as many columns as 20 mm keys fit, letters in the order of the alphabet, in pages.
Item {
    id: pad

    required property GateHandViewModel hand
    property real touch: 119
    property string letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    property int page: 0
    readonly property int columns: Math.max(3, Math.min(13, Math.floor(width / touch)))
    readonly property int rows: Math.max(2, Math.floor(height / touch))
    readonly property real pitch: width / columns
    readonly property real rise: height / rows
    readonly property bool paged: letters.length + 1 > columns * rows
    readonly property int most: columns * rows - (paged ? 2 : 1)
    readonly property string shown: paged ? letters.slice(page * most, (page + 1) * most) : letters
    readonly property int pages: Math.ceil(letters.length / most)

    Repeater {
        model: pad.shown.length

        GateKey {
            required property int index
            readonly property string letter: pad.shown.charAt(index)

            objectName: "pad-" + letter
            x: pad.pitch * (index % pad.columns)
            y: pad.rise * Math.floor(index / pad.columns)
            width: pad.pitch - 8
            height: pad.rise - 8
            text: letter === " " ? qsTr("space") : letter
            onTapped: pad.hand.type(letter)
        }
    }
    GateKey {
        objectName: "pad-page"
        visible: pad.paged
        x: pad.pitch * (pad.columns - 2)
        y: pad.rise * (pad.rows - 1)
        width: pad.pitch - 8
        height: pad.rise - 8
        text: pad.shown.startsWith("A") ? "12…" : "AB…"
        onTapped: pad.page = (pad.page + 1) % pad.pages
    }
    GateKey {
        objectName: "pad-erase"
        x: pad.pitch * (pad.columns - 1)
        y: pad.rise * (pad.rows - 1)
        width: pad.pitch - 8
        height: pad.rise - 8
        icon: "backspace"
        available: pad.hand.typed !== ""
        Accessible.name: qsTr("Erase one letter")
        onTapped: pad.hand.press("erase")
    }
}
