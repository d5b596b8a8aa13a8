pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Theme

// A sheet over the screen: languages, picture strength, or "are you still there?".
Item {
    id: overlay

    required property TerminalViewModel terminal
    readonly property string what: terminal.overlay

    visible: what !== ""

    Rectangle {
        anchors.fill: parent
        color: Theme.veil

        MouseArea {
            anchors.fill: parent
            onClicked: overlay.terminal.closeOverlay()
        }
    }
    Rectangle {
        anchors.horizontalCenter: parent.horizontalCenter
        y: parent.width > parent.height ? (parent.height - height) / 2 : parent.height - height - Theme.margin
        width: 960
        height: sheet.height + 2 * Theme.margin
        radius: Theme.radius
        color: Theme.ground
        border.width: Theme.contrast ? Theme.stroke : 0
        border.color: Theme.line

        MouseArea {
            anchors.fill: parent
        }
        Column {
            id: sheet

            x: Theme.margin
            y: Theme.margin
            width: parent.width - 2 * x
            spacing: Theme.gap

            Words {
                width: parent.width
                wrapMode: Text.WordWrap
                text: overlay.what === "timeout" ? qsTr("Are you still there?") : overlay.what === "access" ? qsTr("Easier to read") : qsTr("Language")
                size: Theme.question
                strong: true
            }
            Loader {
                width: parent.width
                sourceComponent: overlay.what === "timeout" ? timeout : overlay.what === "access" ? access : overlay.what === "languages" ? languages : null
            }
        }
    }

    Component {
        id: timeout

        Column {
            spacing: Theme.wide

            Words {
                width: parent.width
                wrapMode: Text.WordWrap
                text: qsTr("Everything is kept for %1 more seconds. Then this machine starts again for the next person.").arg(overlay.terminal.secondsLeft)
                size: Theme.lead
                lineHeight: 1.04
            }
            Rectangle {
                width: parent.width
                height: 16
                color: Theme.mute
                border.width: Theme.contrast ? 2 : 0
                border.color: Theme.line

                Rectangle {
                    width: parent.width * overlay.terminal.secondsLeft / overlay.terminal.warningSeconds
                    height: parent.height
                    color: Theme.accent
                }
            }
            ActionButton {
                objectName: "stillHere"
                width: parent.width
                primary: true
                text: qsTr("I am still here")
                icon: "check"
                size: Theme.lead + 4
                onTapped: overlay.terminal.closeOverlay()
            }
        }
    }
    Component {
        id: access

        Column {
            spacing: Theme.small

            Choice {
                objectName: "large"
                width: parent.width
                icon: "plus"
                title: qsTr("Large text")
                detail: qsTr("Fewer things on the screen, and more time")
                chosen: overlay.terminal.large
                onTapped: overlay.terminal.toggleLarge()
            }
            Choice {
                objectName: "mode-contrast"
                width: parent.width
                icon: "circle-check"
                title: qsTr("Strong contrast")
                detail: qsTr("White and yellow on black")
                chosen: overlay.terminal.mode === "contrast"
                onTapped: overlay.terminal.useMode(chosen ? "light" : "contrast")
            }
            Choice {
                objectName: "mode-dark"
                width: parent.width
                icon: "clock"
                title: qsTr("Dark picture")
                detail: qsTr("Less light in the evening")
                chosen: overlay.terminal.mode === "dark"
                onTapped: overlay.terminal.useMode(chosen ? "light" : "dark")
            }
            ActionButton {
                objectName: "closeOverlay"
                width: parent.width
                primary: true
                text: qsTr("Done")
                icon: "check"
                onTapped: overlay.terminal.closeOverlay()
            }
        }
    }
    Component {
        id: languages

        Column {
            spacing: Theme.small

            Repeater {
                model: overlay.terminal.languages

                Choice {
                    required chosen
                    required property string tag
                    required property string name

                    objectName: "use-" + tag
                    width: parent.width
                    icon: "globe"
                    title: name
                    onTapped: overlay.terminal.useLanguage(tag)
                }
            }
            ActionButton {
                objectName: "closeOverlay"
                width: parent.width
                text: qsTr("Back")
                icon: "arrow-left"
                onTapped: overlay.terminal.closeOverlay()
            }
        }
    }
}
