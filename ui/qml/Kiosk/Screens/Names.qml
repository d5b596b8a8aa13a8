pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// Whose ticket it is: one name after another, and who is named already.
Frame {
    id: screen

    readonly property NamesViewModel names: sale.names
    readonly property bool many: names.people.count > 1
    readonly property string mayFollow: "abcdefghijklmnopqrstuvwxyz-'. "

    Rectangle {
        id: field

        width: parent.width
        height: 112
        radius: Theme.radius
        color: Theme.plate
        border.width: Theme.stroke * 2
        border.color: screen.names.message === "" ? Theme.accent : Theme.care

        Icon {
            x: 32
            anchors.verticalCenter: parent.verticalCenter
            name: "pencil"
            size: 44
            color: Theme.accent
        }
        // Also for a keyboard at the machine, and for what is pasted. The screen's own keys write at the end.
        TextInput {
            id: typed

            objectName: "name"
            x: 100
            anchors.verticalCenter: parent.verticalCenter
            width: (clear.visible ? clear.x : parent.width) - x - Theme.small
            clip: true
            focus: true
            color: Theme.ink
            font.family: Theme.family
            font.pixelSize: text.length > 30 ? 30 : text.length > 22 ? 36 : 48
            selectByMouse: false
            activeFocusOnPress: true
            cursorVisible: true
            cursorDelegate: Rectangle {
                width: 4
                color: Theme.accent
            }
            Accessible.role: Accessible.EditableText
            Accessible.name: screen.sale.question
            onTextEdited: screen.names.write(text)
            onAccepted: screen.sale.next()
            Component.onCompleted: {
                text = screen.names.text;
                forceActiveFocus();
            }

            Connections {
                function onChanged(): void {
                    if (typed.text !== screen.names.text)
                        typed.text = screen.names.text; // with the cursor behind it
                }

                target: screen.names
            }
        }
        ClearKey {
            id: clear

            visible: typed.text !== ""
            onTapped: screen.names.clear()
        }
    }
    Note {
        id: why

        parent: screen.wide ? screen.side : screen.area
        y: (screen.many ? list.y + list.height : screen.wide ? -Theme.gap : field.height) + Theme.gap
        visible: y + height <= (screen.wide ? screen.side.height : keys.y - Theme.action - 2 * Theme.small)
        width: parent.width
        icon: "info"
        text: screen.names.why
    }
    Grid {
        id: list

        parent: screen.wide ? screen.side : screen.area
        y: screen.wide ? 0 : field.height + Theme.gap
        visible: screen.many
        width: parent.width
        columns: screen.names.people.count > 4 ? 2 : 1
        spacing: Theme.tight

        Repeater {
            model: screen.names.people

            Plate {
                id: row

                required property int number
                required property string title
                required property string name
                required property string about
                required property string brief
                required property string spoken
                required chosen

                objectName: "person-" + number
                label: spoken
                width: (list.width - (list.columns - 1) * list.spacing) / list.columns
                height: screen.wide ? 66 : 76
                onTapped: screen.names.choose(number)

                Words {
                    id: which

                    x: 24
                    anchors.verticalCenter: parent.verticalCenter
                    text: row.title
                    size: Theme.lead
                    strong: true
                }
                Words {
                    x: which.x + Math.max(which.width, 24) + Theme.small
                    anchors.verticalCenter: parent.verticalCenter
                    width: parent.width - x - 16
                    height: parent.height - Theme.lip
                    verticalAlignment: Text.AlignVCenter
                    wrapMode: Text.Wrap
                    fontSizeMode: Text.Fit
                    minimumPixelSize: 24
                    maximumLineCount: 2
                    text: row.name !== "" ? row.name : list.columns > 1 ? row.brief : row.about
                    size: Theme.large ? Theme.caption : Theme.body
                    color: row.name === "" ? Theme.quiet : Theme.ink
                }
            }
        }
    }
    Band {
        id: wrong

        visible: text !== ""
        anchors.bottom: keys.top
        anchors.bottomMargin: Theme.small
        width: parent.width
        height: Math.max(Theme.action, implicitHeight - 40)
        text: screen.names.message
        Accessible.role: Accessible.AlertMessage
        Accessible.name: text
    }
    ActionButton {
        objectName: "withoutNames"
        visible: screen.names.optional && !wrong.visible
        anchors.bottom: keys.top
        anchors.bottomMargin: Theme.small
        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.max(520, implicitWidth)
        text: screen.many ? qsTr("Without names") : qsTr("Without a name")
        onTapped: screen.sale.withoutNames()
    }
    Keyboard {
        id: keys

        anchors.bottom: parent.bottom
        width: parent.width + Theme.tight
        height: screen.wide ? 460 : 500
        naming: true
        open: screen.mayFollow
        capital: screen.names.capital
        accents: screen.names.accents
        erasable: screen.names.text !== ""
        onTyped: letter => screen.names.type(letter)
        onMeant: letter => screen.names.accent(letter)
        onShifted: screen.names.turnShift()
        onErased: screen.names.erase()
    }
}
