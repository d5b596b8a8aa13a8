import QtQuick
import Kiosk
import Kiosk.Theme

// A lane's answer to a passenger who stands two steps away: a large arrow, or the sign of what is wrong.
Rectangle {
    id: answer

    required property GateViewModel gate
    property bool wide: true
    property real beside: 0
    property real below: 0
    readonly property color signal: Theme.verdict(gate.sign)
    readonly property color ink: Theme.sun ? Theme.sunInk : Theme.verdictInk(gate.sign)
    readonly property real signSize: wide ? 520 : 600

    color: Theme.sun ? Theme.sunGround : signal

    Rectangle {
        visible: Theme.sun
        anchors.fill: sign
        radius: Theme.radius
        color: answer.signal
    }
    Icon {
        id: sign

        objectName: "passengerSign"
        x: !answer.wide ? 100 : answer.gate.admitted ? 60 : answer.width - 60 - size
        y: answer.wide ? 100 : 130
        name: answer.gate.admitted ? "arrow-up" : answer.gate.icon
        size: answer.signSize
        color: Theme.sun ? Theme.verdictInk(answer.gate.sign) : answer.ink
    }
    Words {
        id: word

        objectName: "passengerWord"
        x: answer.wide ? (answer.gate.admitted ? 640 : 60) : 60
        y: (answer.wide ? 300 : 900) - baselineOffset
        text: answer.gate.word
        size: text.length > 6 ? 120 : 170
        strong: true
        color: answer.ink
    }
    Words {
        x: word.x
        y: word.y + word.baselineOffset + 96 - baselineOffset
        text: answer.gate.other
        size: 64
        color: answer.ink
    }
    Words {
        objectName: "passengerReason"
        x: answer.wide ? word.x : 60
        y: answer.wide ? 430 : 1020
        width: answer.wide ? 580 : answer.width - 120
        height: answer.wide ? 320 : 230
        text: answer.gate.reason + "\n" + answer.gate.step
        size: text.length > 60 ? 38 : 50
        wrapMode: Text.WordWrap
        color: answer.ink
    }
}
