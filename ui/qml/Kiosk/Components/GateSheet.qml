pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Theme

// A sheet over the gate's screen: a title and lines; for the look-up also a field and keys.
Rectangle {
    id: sheet

    required property GateHandViewModel hand
    property bool wide: true
    property real touch: 119
    readonly property bool typing: hand.padded
    readonly property bool freely: hand.sheet === "lookup" || hand.sheet === "answer" // not only figures
    // Where one types, title and field stand at the thumb's side when the screen is wide, the letters at the other.
    readonly property real panelX: wide && typing && !hand.lefty ? width - 448 : 48
    readonly property real panelWide: wide && typing ? 400 : width - 96

    color: Theme.gateGround

    Words {
        objectName: "sheetTitle"
        x: sheet.panelX
        y: 28
        width: sheet.panelWide
        height: 60
        text: sheet.hand.title
        size: sheet.typing ? 34 : 44
        strong: true
        wrapMode: Text.WordWrap
        maximumLineCount: 2
        verticalAlignment: Text.AlignVCenter
        color: Theme.gateInk
    }
    Rectangle {
        visible: sheet.typing
        x: sheet.panelX
        y: 100
        width: sheet.panelWide
        height: 84
        radius: Theme.radius
        color: Theme.gatePlate
        border.width: 3
        border.color: Theme.gateEdge

        TextInput {
            id: entry

            // a keyboard or an input method that the machine has writes here too: names in any script
            visible: sheet.typing && sheet.freely
            x: 20
            width: parent.width - 40
            height: parent.height
            verticalAlignment: TextInput.AlignVCenter
            clip: true
            color: "transparent"
            font.family: Theme.family
            font.pixelSize: typed.size
            cursorVisible: false
            focus: visible
            inputMethodHints: Qt.ImhNoPredictiveText
            onVisibleChanged: if (visible)
                forceActiveFocus()
            onTextEdited: sheet.hand.put(text)
            onAccepted: sheet.hand.press(sheet.hand.sheet === "lookup" ? "search" : "enter")
            Keys.onEscapePressed: sheet.hand.press("back")

            Binding on text {
                value: sheet.hand.typed
            }
        }
        Words {
            id: typed

            objectName: "typed"
            x: 20
            width: parent.width - 40
            height: parent.height
            verticalAlignment: Text.AlignVCenter
            text: entry.visible ? sheet.hand.typed + entry.preeditText : sheet.hand.typed
            size: text.length > 12 ? 32 : 44
            strong: true
            wrapMode: Text.WrapAnywhere
            color: Theme.gateInk
        }
    }
    Words {
        objectName: "sheetNote"
        x: sheet.panelX
        y: sheet.typing ? 200 : 96
        width: sheet.panelWide
        visible: text !== ""
        text: sheet.hand.note
        size: 28
        wrapMode: Text.WordWrap
        color: Theme.gateQuiet
    }
    Grid {
        id: grid

        x: 48
        y: sheet.hand.note === "" ? 100 : 184
        columns: sheet.wide ? 2 : 1
        columnSpacing: 16
        rowSpacing: 8
        visible: !sheet.typing

        Repeater {
            model: sheet.hand.lines

            Item {
                id: line

                required property int index
                required property string name
                required property string sign
                required property string icon
                required property string title
                required property string detail
                required property string value
                readonly property bool available: name !== ""
                signal tapped

                objectName: available ? "line-" + index : ""
                width: (sheet.width - 96 - (grid.columns - 1) * grid.columnSpacing) / grid.columns
                height: available ? sheet.touch : 84
                Accessible.role: available ? Accessible.Button : Accessible.StaticText
                Accessible.name: title
                onTapped: sheet.hand.choose(name)

                Rectangle {
                    anchors.fill: parent
                    radius: Theme.radius
                    color: line.available ? Theme.gatePlate : "transparent"
                    border.width: line.available ? 3 : 0
                    border.color: Theme.gateEdge
                }
                Rectangle {
                    visible: line.icon !== ""
                    x: 12
                    anchors.verticalCenter: parent.verticalCenter
                    width: 76
                    height: 76
                    radius: Theme.radius
                    color: line.sign === "" ? "transparent" : Theme.verdict(line.sign)

                    Icon {
                        anchors.centerIn: parent
                        name: line.icon
                        size: 60
                        color: line.sign === "" ? Theme.gateInk : Theme.verdictInk(line.sign)
                    }
                }
                Column {
                    x: line.icon !== "" ? 104 : line.available ? 24 : 0
                    anchors.verticalCenter: parent.verticalCenter
                    width: (line.value === "" ? parent.width - 16 : value.x - 12) - x

                    Words {
                        width: parent.width
                        visible: !line.available && text !== ""
                        text: line.detail
                        size: 24
                        color: Theme.gateQuiet
                    }
                    Words {
                        width: parent.width
                        text: line.title
                        size: !line.available ? (text.length > (sheet.wide ? 28 : 40) ? 23 : 32) : text.length > 26 ? (line.detail.length > 30 ? 21 : 25) : 30
                        strong: true
                        wrapMode: Text.WordWrap
                        maximumLineCount: 2
                        lineHeight: 0.95
                        color: Theme.gateInk
                    }
                    Words {
                        width: parent.width
                        visible: line.available && text !== ""
                        text: line.detail
                        size: text.length > 30 ? 21 : 24
                        wrapMode: Text.WordWrap
                        maximumLineCount: 2
                        lineHeight: 0.95
                        elide: Text.ElideRight
                        color: Theme.gateQuiet
                    }
                }
                Words {
                    id: value

                    anchors.right: parent.right
                    anchors.rightMargin: 16
                    anchors.verticalCenter: parent.verticalCenter
                    text: line.value
                    size: line.available ? 28 : 48
                    strong: true
                    color: Theme.gateInk
                }
                MouseArea {
                    anchors.fill: parent
                    enabled: line.available
                    onClicked: line.tapped()
                }
            }
        }
    }
    GatePad {
        visible: sheet.typing
        hand: sheet.hand
        touch: sheet.touch
        letters: sheet.hand.letters
        x: sheet.wide && sheet.hand.lefty ? 480 : 48
        y: sheet.wide ? 16 : sheet.height - height - sheet.touch - 36
        width: sheet.wide ? sheet.width - 528 : sheet.width - 96
        height: sheet.wide ? sheet.height - 28 : Math.floor((sheet.height - sheet.touch - 340) / sheet.touch) * sheet.touch
    }
}
