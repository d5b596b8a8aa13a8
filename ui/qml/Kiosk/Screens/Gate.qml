import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// The gate's window: the camera's picture while it waits, then a verdict that fills it; keys in the lower third, sheets
// over all of it. Lying it is 1280 x 800 units, standing 800 x 1280.
Window {
    id: window

    required property GateViewModel gate
    required property GateHandViewModel hand
    property real widthMm: 0 // of the picture; 0 = a tablet
    readonly property string stage: gate.stage
    readonly property string last: gate.last // for the remote control
    readonly property string lists: gate.lists
    readonly property string sheet: hand.sheet
    readonly property bool wide: width > height
    readonly property real unitsWide: wide ? 1280 : 800
    readonly property real unitsHigh: wide ? 800 : 1280
    readonly property real zoom: width <= 0 || height <= 0 ? 1 : Math.min(width / unitsWide, height / unitsHigh)
    readonly property real beside: Math.max(0, (width / zoom - unitsWide) / 2)
    readonly property real below: Math.max(0, (height / zoom - unitsHigh) / 2)
    // 20 mm for gloves; on a small screen as much of it as two rows of the lower third leave.
    readonly property real mm: 20 * width / zoom / (widthMm > 0 ? widthMm : wide ? 216 : 120)
    readonly property real touch: Math.max(96, Math.min(mm, wide ? 119 : 134))
    readonly property real third: wide ? 534 : 854
    readonly property bool said: stage === "verdict"
    readonly property int columns: Math.min(hand.keys.count, hand.padded || !wide ? 2 : 3)
    readonly property bool bare: hand.bare && hand.keys.count === 0 && hand.sheet === "" // a large sign, and no keys
    readonly property real keysWide: bare ? 0 : hand.padded ? (wide ? 400 : 704) : 206 * columns

    title: gate.gate
    color: said && hand.sheet === "" ? answer.color : Theme.gateGround // seen from afar: no bars beside it

    Binding {
        target: Theme
        property: "zoom"
        value: window.zoom
    }
    Binding {
        target: Theme
        property: "sun"
        value: window.hand.sun
    }

    Item {
        width: window.unitsWide
        height: window.unitsHigh
        scale: window.zoom
        transformOrigin: Item.TopLeft
        x: (window.width - width * window.zoom) / 2
        y: (window.height - height * window.zoom) / 2

        GateGround {
            anchors.fill: parent
            visible: !window.said && window.hand.sheet === ""
            gate: window.gate
            wide: window.wide
            third: window.third
            lefty: window.hand.lefty
            keysWide: window.keysWide
        }
        PassengerSign {
            anchors.fill: parent
            visible: window.said && window.bare
            gate: window.gate
            wide: window.wide
            beside: window.beside
            below: window.below
        }
        Verdict {
            id: answer

            anchors.fill: parent
            visible: window.said && !window.bare && window.hand.sheet === ""
            gate: window.gate
            wide: window.wide
            third: window.third
            lefty: window.hand.lefty
            keysWide: window.keysWide
            keysHigh: keys.height
            beside: window.beside
            below: window.below
        }
        Words {
            visible: window.hand.sheet === ""
            x: 48
            y: 60 - baselineOffset
            width: parent.width - 200
            elide: Text.ElideRight
            text: window.gate.station === "" ? window.gate.gate : window.gate.gate + "  ·  " + window.gate.station
            size: 28
            color: window.said ? answer.ink : Theme.gateInk
        }
        Words {
            visible: window.hand.sheet === ""
            anchors.right: parent.right
            anchors.rightMargin: 48
            y: 60 - baselineOffset
            text: window.gate.time
            size: 28
            strong: true
            color: window.said ? answer.ink : Theme.gateInk
        }
        GateSheet {
            anchors.fill: parent
            visible: window.hand.sheet !== ""
            hand: window.hand
            wide: window.wide
            touch: window.touch
        }
        MouseArea {
            // staff hold the time to get their keys, or to put them away
            x: parent.width - 220
            width: 220
            height: 110
            onPressAndHold: window.hand.hold()
        }
        GateKeys {
            id: keys

            // only as high as its rows: what lies above it can be touched
            readonly property int rows: Math.ceil(window.hand.keys.count / Math.max(1, columns))

            visible: !window.bare
            x: window.hand.lefty ? 48 : parent.width - 48 - width
            y: parent.height - 8 - height
            width: window.keysWide
            height: rows * (touch + gap) - gap
            hand: window.hand
            touch: window.touch
            columns: window.columns
            ink: window.said && window.hand.sheet === "" ? answer.ink : Theme.gateInk
            ground: window.said && window.hand.sheet === "" ? "transparent" : Theme.gatePlate
            edge: window.said && window.hand.sheet === "" ? answer.ink : Theme.gateEdge
        }
    }
}
