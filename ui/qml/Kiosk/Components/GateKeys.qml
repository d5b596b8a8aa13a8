pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Theme

// The keys of the lower third, within reach of the thumb of the hand that holds the screen.
Item {
    id: keys

    required property GateHandViewModel hand
    property color ink: Theme.gateInk
    property color ground: Theme.gatePlate
    property color edge: Theme.gateEdge
    property int columns: 3
    property real touch: 119 // 20 mm
    readonly property real gap: 8
    readonly property real pitch: (width + gap) / columns

    Repeater {
        model: keys.hand.keys

        GateKey {
            required property int index
            required property string name
            required text
            required icon
            required chosen
            required available
            readonly property int column: index % keys.columns

            objectName: "key-" + name
            // The first is nearest to the thumb, in the lowest row.
            x: keys.pitch * (keys.hand.lefty ? column : keys.columns - 1 - column)
            y: keys.height - (Math.floor(index / keys.columns) + 1) * (keys.touch + keys.gap) + keys.gap
            width: keys.pitch - keys.gap
            height: keys.touch
            ink: keys.ink
            ground: keys.ground
            edge: keys.edge
            onTapped: keys.hand.press(name)
        }
    }
}
