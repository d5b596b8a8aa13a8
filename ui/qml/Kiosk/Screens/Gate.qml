import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// The gate's window: the camera's picture while it waits, then a verdict that fills it.
Window {
    id: window

    required property GateViewModel gate
    readonly property string stage: gate.stage
    readonly property string last: gate.last // for the remote control
    readonly property string lists: gate.lists
    readonly property real zoom: width <= 0 || height <= 0 ? 1 : Math.min(width / 1280, height / 800)

    title: gate.gate
    color: stage === "verdict" ? answer.color : Theme.sign // seen from afar: no bars beside it, whatever the display

    Binding {
        target: Theme
        property: "zoom"
        value: window.zoom
    }

    Item {
        width: 1280
        height: 800
        scale: window.zoom
        transformOrigin: Item.TopLeft
        x: (window.width - 1280 * window.zoom) / 2
        y: (window.height - 800 * window.zoom) / 2

        Item {
            anchors.fill: parent
            visible: window.stage !== "verdict"

            Rectangle {
                x: 48
                y: 132
                width: 752
                height: 424
                color: "#000000"

                Image {
                    objectName: "camera"
                    anchors.fill: parent
                    visible: window.stage === "waiting"
                    cache: false
                    fillMode: Image.PreserveAspectFit
                    source: window.gate.picture > 0 ? "image://camera/" + window.gate.picture : ""
                    Accessible.name: qsTr("Picture of the camera")
                }
                Icon {
                    visible: window.stage === "blind"
                    anchors.centerIn: parent
                    name: "warning"
                    size: 160
                    color: Theme.signInk
                }
                Words {
                    objectName: "gateFault"
                    visible: window.stage === "blind"
                    x: 24
                    y: parent.height - height - 20
                    width: parent.width - 48
                    text: qsTr("For staff: %1").arg(window.gate.fault)
                    size: 24
                    wrapMode: Text.WordWrap
                    maximumLineCount: 3
                    elide: Text.ElideRight
                    color: Theme.signQuiet
                }
            }
            Words {
                objectName: "gateQuestion"
                x: 848
                y: 132
                width: 384
                text: window.stage === "blind" ? qsTr("Gate closed") : qsTr("Show your ticket")
                size: 64
                strong: true
                wrapMode: Text.WordWrap
                color: Theme.signInk
            }
            Words {
                x: 848
                y: 330
                width: 384
                height: 226
                text: window.stage === "blind" ? qsTr("Please use another gate") : window.gate.lists === "" ? qsTr("No lists yet: every ticket is refused until central was reached once") : qsTr("Hold the code to the camera, flat and still")
                size: 32
                wrapMode: Text.WordWrap
                elide: Text.ElideRight
                color: Theme.signQuiet
            }
            Rectangle {
                x: 48
                y: 604
                width: 1184
                height: 2
                color: Theme.signLine
            }
            Words {
                x: 48
                y: 660 - baselineOffset
                text: qsTr("Let in today")
                size: 28
                color: Theme.signQuiet
            }
            Words {
                objectName: "gateCount"
                x: 48
                y: 740 - baselineOffset
                text: window.gate.count
                size: 64
                strong: true
                color: Theme.signInk
            }
            Words {
                x: 444
                y: 660 - baselineOffset
                text: qsTr("Lists of tickets")
                size: 28
                color: Theme.signQuiet
            }
            Words {
                x: 444
                y: 740 - baselineOffset
                text: window.gate.lists === "" ? qsTr("none") : window.gate.lists
                size: 44
                strong: true
                color: Theme.signInk
            }
            Words {
                x: 840
                y: 660 - baselineOffset
                text: qsTr("Link")
                size: 28
                color: Theme.signQuiet
            }
            Words {
                x: 840
                y: 740 - baselineOffset
                text: window.gate.offline ? qsTr("offline, goes on") : qsTr("connected")
                size: 44
                strong: true
                color: Theme.signInk
            }
        }
        Verdict {
            id: answer

            anchors.fill: parent
            beside: Math.max(0, (window.width / window.zoom - 1280) / 2)
            visible: window.stage === "verdict"
            gate: window.gate
        }
        Words {
            x: 48
            y: 66 - baselineOffset
            text: window.gate.station === "" ? window.gate.gate : window.gate.gate + "  ·  " + window.gate.station
            size: 28
            color: Theme.signInk
        }
        Words {
            anchors.right: parent.right
            anchors.rightMargin: 48
            y: 66 - baselineOffset
            text: window.gate.time
            size: 28
            strong: true
            color: Theme.signInk
        }
    }
}
