pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// Progress drawn as a line with stops: behind you filled, here a ring, ahead hollow.
Item {
    id: steps

    property int step: 1 // 1-based; one more than the number of stops = all done
    property var names: []
    property int room: 728
    readonly property real pitch: names.length > 1 ? (room - 120) / (names.length - 1) : 0

    implicitHeight: Theme.large ? 88 : 80

    Rectangle {
        x: 15
        y: 12
        width: steps.pitch * Math.max(0, steps.names.length - 1)
        height: 6
        color: Theme.line
    }
    Rectangle {
        x: 15
        y: 12
        width: steps.pitch * Math.min(steps.names.length - 1, steps.step - 1)
        height: 6
        color: Theme.contrast ? Theme.accent : Theme.ink
    }
    Repeater {
        model: steps.names

        Item {
            id: stop

            required property string modelData
            required property int index
            readonly property bool here: index === steps.step - 1
            readonly property bool past: index < steps.step - 1

            x: index * steps.pitch

            Rectangle {
                width: 30
                height: 30
                radius: 15
                color: stop.past ? Theme.ink : stop.here ? Theme.plate : Theme.ground
                border.width: stop.here ? 8 : 4
                border.color: stop.here ? Theme.accent : stop.past ? Theme.ink : Theme.edge

                Icon {
                    visible: stop.past
                    anchors.centerIn: parent
                    name: "check"
                    size: 18
                    color: Theme.ground
                }
            }
            Words {
                // Large text shows fewer things: only where you are.
                visible: !Theme.large || stop.here
                x: stop.index === steps.names.length - 1 && Theme.large ? Math.min(0, 120 - implicitWidth) : 0
                y: Theme.large ? 40 : 42
                text: stop.modelData
                size: Theme.caption
                strong: stop.here
                color: stop.here ? Theme.ink : Theme.quiet
            }
        }
    }
}
