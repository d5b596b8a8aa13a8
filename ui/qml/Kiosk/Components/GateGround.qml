import QtQuick
import Kiosk
import Kiosk.Theme

// The gate while nobody is there: camera, what to do, who is inside, how fresh the lists are.
Item {
    id: ground

    required property GateViewModel gate
    property bool wide: true
    property real third: 534 // where the lower third begins
    property bool lefty: false
    property real keysWide: 606
    readonly property bool blind: gate.stage === "blind"
    readonly property real figuresX: lefty ? width - 48 - figures.width : 48

    Rectangle {
        id: frame

        x: 48
        y: 96
        width: ground.wide ? 700 : ground.width - 96
        height: ground.wide ? 394 : 392
        color: "#000000"

        Image {
            objectName: "camera"
            anchors.fill: parent
            visible: !ground.blind
            cache: false
            fillMode: Image.PreserveAspectFit
            source: ground.gate.picture > 0 ? "image://camera/" + ground.gate.picture : ""
            Accessible.name: qsTr("Picture of the camera")
        }
        Icon {
            visible: ground.blind
            anchors.centerIn: parent
            name: "no-entry"
            size: 150
            color: "#FFFFFF"
        }
        Rectangle {
            visible: fault.text !== ""
            anchors.bottom: parent.bottom
            width: parent.width
            height: fault.height + 24
            color: "#000000"

            Words {
                id: fault

                objectName: ground.blind ? "gateFault" : "gateHint"
                x: 20
                y: 12
                width: parent.width - 40
                text: ground.blind ? qsTr("For staff: %1").arg(ground.gate.fault) : ground.gate.hint
                size: 24
                wrapMode: Text.WordWrap
                maximumLineCount: 3
                elide: Text.ElideRight
                color: "#FFFFFF"
            }
        }
    }
    Words {
        objectName: "gateQuestion"
        x: ground.wide ? 796 : 48
        y: ground.wide ? 96 : 510
        width: ground.wide ? 436 : ground.width - 96
        text: ground.blind ? qsTr("Gate closed") : ground.gate.emergency ? qsTr("Emergency: the lane is open") : qsTr("Show your ticket")
        size: 60
        strong: true
        wrapMode: Text.WordWrap
        color: Theme.gateInk
    }
    Words {
        x: ground.wide ? 796 : 48
        y: ground.wide ? 290 : 640
        width: ground.wide ? 436 : ground.width - 96
        height: ground.wide ? 200 : 96
        text: ground.blind ? qsTr("Please use another gate") : ground.gate.emergency ? qsTr("Everybody may pass; nobody is counted") : ground.gate.lists === "" ? qsTr("No lists yet: every ticket is refused until central was reached once") : qsTr("Hold the code to the camera, flat and still")
        size: 32
        wrapMode: Text.WordWrap
        elide: Text.ElideRight
        color: Theme.gateQuiet
    }
    Rectangle {
        x: 48
        y: ground.third - 16
        width: ground.width - 96
        height: 2
        color: Theme.gateLine
    }
    Grid {
        id: figures

        x: ground.figuresX
        y: ground.third + 4
        columns: ground.wide ? 3 : 1
        columnSpacing: 44
        rowSpacing: 14

        GateFigure {
            name: "gateCount"
            label: qsTr("In today")
            value: ground.gate.count
        }
        GateFigure {
            name: "gateOut"
            label: qsTr("Out today")
            value: ground.gate.out
        }
        GateFigure {
            name: "gateInside"
            label: qsTr("Inside")
            value: ground.gate.inside
        }
    }
    Column {
        x: ground.wide ? ground.figuresX : 48
        y: ground.wide ? ground.third + 130 : ground.third - 108
        width: ground.wide ? ground.width - 96 - ground.keysWide - 32 : ground.width - 96
        spacing: 6

        Words {
            width: parent.width
            text: ground.gate.lists === "" ? qsTr("Lists of tickets: none") : qsTr("Lists of tickets: %1").arg(ground.gate.lists)
            size: 28
            strong: ground.gate.stale
            wrapMode: Text.WordWrap
            color: ground.gate.stale || ground.gate.lists === "" ? Theme.gateInk : Theme.gateQuiet
        }
        Words {
            width: parent.width
            text: ground.gate.offline ? qsTr("Offline: goes on with its lists") : qsTr("Connected")
            size: 28
            wrapMode: Text.WordWrap
            color: Theme.gateQuiet
        }
    }
}
