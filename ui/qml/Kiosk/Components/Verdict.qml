pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Theme

// The gate's answer: one colour, one sign at its side, one word; facts in a fixed place, the next step in the lower third.
Rectangle {
    id: verdict

    required property GateViewModel gate
    property bool wide: true
    property real third: 534 // where the lower third begins
    property bool lefty: false
    property real keysWide: 0 // of the keys in the lower third, at the thumb's side
    property real keysHigh: 0
    // lying, the next step stands beside the keys; standing, above them while there is room
    readonly property bool asideKeys: keysWide > 0 && (wide || keysHigh > 290)
    property real beside: 0 // how much of the window lies left and right of the verdict, in its own units
    property real below: 0 // the same above and below
    readonly property color signal: Theme.verdict(gate.sign)
    readonly property color ink: Theme.sun ? Theme.sunInk : Theme.verdictInk(gate.sign)
    readonly property bool atLeft: gate.admitted
    readonly property real signSize: wide ? 260 : 230
    readonly property real wordsX: !wide ? 48 : atLeft ? 372 : 48
    readonly property real wordsWide: wide ? width - 420 : width - 96

    color: Theme.sun ? Theme.sunGround : signal

    Rectangle {
        // in the sun: the frame and the sign's field have the colour
        visible: Theme.sun
        x: -verdict.beside
        y: -verdict.below
        width: parent.width + 2 * verdict.beside
        height: parent.height + 2 * verdict.below
        color: "transparent"
        border.width: 8
        border.color: verdict.signal
    }
    Rectangle {
        visible: Theme.sun
        anchors.fill: sign
        anchors.margins: -10
        radius: Theme.radius
        color: verdict.signal
    }
    Icon {
        id: sign

        objectName: "verdictSign"
        x: verdict.atLeft ? 48 : verdict.width - 48 - size
        y: 86
        name: verdict.gate.icon
        size: verdict.signSize
        color: Theme.sun ? Theme.verdictInk(verdict.gate.sign) : verdict.ink
    }
    Words {
        id: word

        objectName: "verdictWord"
        x: verdict.wide ? verdict.wordsX : verdict.atLeft ? 310 : 48
        y: (verdict.wide ? 210 : 200) - baselineOffset
        text: verdict.gate.word
        size: verdict.wide ? (text.length > 6 ? 116 : 150) : (text.length > 6 ? 78 : 120)
        strong: true
        color: verdict.ink
    }
    Words {
        x: verdict.wide ? word.x + word.width + 32 : word.x
        y: verdict.wide ? word.y + word.baselineOffset - baselineOffset : 290 - baselineOffset
        text: verdict.gate.other
        size: 56
        color: verdict.ink
    }
    Words {
        objectName: "verdictReason"
        x: verdict.wordsX
        y: verdict.wide ? 244 : 336
        width: verdict.wordsWide
        height: verdict.wide ? 104 : 130
        text: verdict.gate.reason
        size: text.length > 34 ? 42 : 52
        wrapMode: Text.WordWrap
        verticalAlignment: Text.AlignVCenter
        color: verdict.ink
    }
    Rectangle {
        x: 48
        y: verdict.wide ? 364 : 484
        width: verdict.width - 96
        height: 3
        color: verdict.ink
    }
    Repeater {
        model: verdict.gate.facts

        Item {
            id: fact

            required property int index
            required property string label
            required property string value

            x: verdict.wide ? 48 + index * 396 : 48
            y: verdict.wide ? 376 : 496 + index * 116

            Words {
                text: fact.label
                size: 26
                color: verdict.ink
            }
            Words {
                y: 34
                width: verdict.wide ? 380 : verdict.width - 96
                height: verdict.wide ? 110 : 80
                text: fact.value
                size: verdict.wide ? (text.length > 26 ? 30 : text.length > 12 ? 38 : 56) : (text.length > 24 ? 30 : 56)
                strong: true
                wrapMode: Text.WordWrap
                maximumLineCount: 2
                elide: Text.ElideRight
                color: verdict.ink
            }
        }
    }
    Rectangle {
        x: -verdict.beside + (Theme.sun ? 8 : 0)
        y: verdict.third
        width: parent.width + 2 * verdict.beside - (Theme.sun ? 16 : 0)
        height: parent.height - y + verdict.below - (Theme.sun ? 8 : 0)
        color: Theme.sun ? Theme.sunGround : verdict.gate.sign === "closed" ? "#262626" : Qt.darker(verdict.signal, verdict.gate.sign === "look" ? 1.25 : 1.6)

        Rectangle {
            visible: Theme.sun
            width: parent.width
            height: 3
            color: Theme.sunInk
        }
    }
    Words {
        objectName: "verdictStep"
        x: verdict.asideKeys && verdict.lefty ? 48 + verdict.keysWide + 32 : 48
        y: verdict.third + 8
        width: verdict.width - 96 - (verdict.asideKeys ? verdict.keysWide + 32 : 0)
        height: verdict.height - verdict.third - 24 - (verdict.asideKeys ? 0 : verdict.keysHigh)
        verticalAlignment: Text.AlignVCenter
        text: verdict.gate.step
        size: text.length > 60 && verdict.asideKeys ? 32 : 40
        wrapMode: Text.WordWrap
        color: verdict.ink
    }
}
