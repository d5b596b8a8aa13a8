pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// For people who work here: who they are, what waits for them, what became of it.
Frame {
    id: screen

    readonly property StaffViewModel staff: sale.staff
    readonly property bool lettering: staff.view === "code"
    readonly property bool typing: staff.view === "number" || staff.view === "pin" || lettering
    readonly property int rowHeight: Theme.large ? 176 : 144
    readonly property int rows: Math.max(1, Math.floor((area.height - 160 + Theme.small) / (rowHeight + Theme.small)))

    onLetteringChanged: keyboard.figures = false
    onRowsChanged: staff.fits(rows)
    Component.onCompleted: staff.fits(rows)

    Item {
        visible: screen.typing
        width: screen.lettering ? parent.width : Math.min(parent.width, 720)
        height: parent.height

        Rectangle {
            id: field

            width: parent.width
            height: 120
            radius: Theme.radius
            color: Theme.plate
            border.width: Theme.stroke * 2
            border.color: Theme.accent

            Words {
                x: 40
                anchors.verticalCenter: parent.verticalCenter
                text: screen.staff.typed
                size: Theme.figure
                Accessible.role: Accessible.EditableText
                Accessible.name: text
            }
        }
        Keypad {
            y: field.height + Theme.gap
            width: parent.width
            height: Math.min(parent.height - y, 640)
            visible: screen.typing && !screen.lettering
            erasable: screen.staff.typed !== ""
            onTyped: figure => screen.staff.type(figure)
            onErased: screen.staff.erase()
        }
    }
    Keyboard {
        id: keyboard

        anchors.bottom: parent.bottom
        visible: screen.lettering
        width: parent.width + Theme.tight
        height: screen.wide ? 440 : 408
        open: screen.staff.letters
        erasable: screen.staff.typed !== ""
        onTyped: letter => screen.staff.type(letter)
        onErased: screen.staff.erase()
    }
    Note {
        visible: screen.staff.view === "list" && screen.staff.waiting.count === 0
        width: parent.width
        size: Theme.lead
        text: qsTr("Nothing waits here.")
    }
    Column {
        id: list

        visible: screen.staff.view === "list"
        width: parent.width
        spacing: Theme.small

        Repeater {
            model: screen.staff.view === "list" ? screen.staff.waiting : null

            Plate {
                id: row

                required property string key
                required property string icon
                required property string title
                required property string detail
                required property int index

                objectName: "matter-" + index
                label: title + ", " + detail
                width: list.width
                height: screen.rowHeight
                onTapped: screen.staff.open(key)

                Icon {
                    x: 32
                    anchors.verticalCenter: parent.verticalCenter
                    name: row.icon
                    size: 56
                }
                Column {
                    x: 124
                    width: parent.width - x - 92
                    anchors.verticalCenter: parent.verticalCenter
                    spacing: 4

                    Words {
                        width: parent.width
                        elide: Text.ElideRight
                        text: row.title
                        size: Theme.lead
                        strong: true
                    }
                    Words {
                        width: parent.width
                        elide: Text.ElideRight
                        text: row.detail
                        size: Theme.large ? Theme.caption : Theme.body
                        color: Theme.quiet
                    }
                }
                Icon {
                    anchors.right: parent.right
                    anchors.rightMargin: 28
                    anchors.verticalCenter: parent.verticalCenter
                    name: "chevron-right"
                    size: 36
                    color: Theme.quiet
                }
            }
        }
    }
    Pager {
        visible: screen.staff.view === "list" && screen.staff.pages > 1
        anchors.bottom: parent.bottom
        width: parent.width
        before: qsTr("Earlier")
        after: qsTr("More")
        here: qsTr("Page %1 of %2").arg(screen.staff.page + 1).arg(screen.staff.pages)
        hasBefore: visible && screen.staff.page > 0
        hasAfter: visible && screen.staff.page < screen.staff.pages - 1
        onEarlier: screen.staff.turn(-1)
        onLater: screen.staff.turn(1)
    }
    Column {
        visible: screen.staff.view === "matter" || screen.staff.view === "reason"
        width: parent.width
        spacing: Theme.small

        Repeater {
            model: screen.staff.says

            Choice {
                required icon
                required title
                required detail
                required chosen
                required available
                required property string key
                required property int index

                objectName: available ? "say-" + index : ""
                width: parent.width
                onTapped: screen.staff.say(key)
            }
        }
    }
}
