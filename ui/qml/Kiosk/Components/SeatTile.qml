import QtQuick
import Kiosk.Theme

// A seat says its state by shape: a plate with a letter (free), a filled plate with a tick (yours),
// a flat block with a cross (taken), a plate with a wheelchair (kept for those who need it).
Item {
    id: seat

    property string letter
    property string condition: "free" // free, yours, taken, kept
    property string label
    property string key // its name on screen
    property bool live: true // false in a legend
    readonly property bool open: condition !== "taken"
    signal wished

    Plate {
        anchors.fill: parent
        visible: seat.open
        objectName: seat.key
        label: seat.label
        primary: seat.condition === "yours"
        activeFocusOnTab: seat.live
        Accessible.ignored: !seat.live
        onTapped: if (seat.live)
            seat.wished()

        Words {
            visible: seat.condition === "free"
            anchors.centerIn: parent
            text: seat.letter
            size: Math.min(34, seat.height * 0.55)
        }
        Icon {
            visible: seat.condition === "kept"
            anchors.centerIn: parent
            name: "wheelchair"
            size: Math.round(Math.min(44, seat.height * 0.6))
        }
        Row {
            visible: seat.condition === "yours"
            anchors.centerIn: parent
            spacing: seat.width > 80 ? 10 : 2

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: seat.width >= 100
                name: "check"
                size: Math.round(Math.min(36, seat.height * 0.4))
                color: Theme.accentInk
            }
            Words {
                anchors.verticalCenter: parent.verticalCenter
                text: seat.letter
                size: Math.min(38, seat.height * 0.55)
                strong: true
                color: Theme.accentInk
            }
        }
    }
    Rectangle {
        visible: !seat.open
        anchors.fill: parent
        anchors.bottomMargin: Theme.lip
        radius: Theme.radius
        color: Theme.mute

        Icon {
            anchors.centerIn: parent
            name: "cross"
            size: Math.round(Math.min(28, seat.height * 0.4))
            color: Theme.edge
        }
    }
}
