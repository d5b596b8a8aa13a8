pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Theme

// The gate's answer: one colour field, one sign, one word; facts in a fixed place, the next step in a dark band.
Rectangle {
    id: verdict

    required property GateViewModel gate
    property real beside: 0 // how much of the window lies left and right of the verdict, in its own units
    readonly property color ink: Theme.verdictInk

    color: gate.admitted ? Theme.admit : Theme.refuse

    Icon {
        x: 36
        y: 124
        name: verdict.gate.admitted ? "circle-check" : "octagon-cross"
        size: 300
        color: verdict.ink
    }
    Words {
        id: word

        objectName: "verdictWord"
        x: 436
        y: 276 - baselineOffset
        text: verdict.gate.word
        size: 168
        strong: true
        color: verdict.ink
    }
    Words {
        anchors.left: word.right
        anchors.leftMargin: 36
        anchors.baseline: word.baseline
        text: verdict.gate.other
        size: 64
        color: verdict.ink
    }
    Words {
        objectName: "verdictReason"
        x: 444
        y: 316
        width: 1280 - x - 48
        height: 150
        text: verdict.gate.reason
        size: text.length > 34 ? 46 : 58
        wrapMode: Text.WordWrap
        verticalAlignment: Text.AlignVCenter
        color: verdict.ink
    }
    Rectangle {
        x: 48
        y: 496
        width: 1184
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

            x: 48 + index * 396

            Words {
                y: 548 - baselineOffset
                text: fact.label
                size: 28
                color: verdict.ink
            }
            Words {
                y: 566
                width: 380
                height: 118
                text: fact.value
                size: text.length > 26 ? 32 : text.length > 12 ? 40 : 60
                strong: true
                wrapMode: Text.WordWrap
                maximumLineCount: 2
                elide: Text.ElideRight
                color: verdict.ink
            }
        }
    }
    Rectangle {
        x: -verdict.beside
        y: 688
        width: parent.width + 2 * verdict.beside
        height: 112
        color: Qt.darker(verdict.color, 1.6)

        Words {
            objectName: "verdictStep"
            x: 48 + verdict.beside
            height: 112
            width: verdict.width - 96
            verticalAlignment: Text.AlignVCenter
            text: verdict.gate.step
            size: 34
            wrapMode: Text.WordWrap
            maximumLineCount: 2
            color: verdict.ink
        }
    }
}
