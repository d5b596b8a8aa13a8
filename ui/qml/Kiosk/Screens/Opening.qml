import QtQuick
import Kiosk.Components
import Kiosk.Theme

// While the terminal opens its stores: the first screen without what is not known yet, and nothing to tap in vain.
// Every part lies where Attract has it, so that nothing moves when the rest comes.
Rectangle {
    id: screen

    required property string machine
    required property string staff
    required property string station // "" = not known yet
    required property string other // its name in the other language
    required property bool board // departures will come
    required property string language
    readonly property bool wide: width > height
    readonly property int boardWidth: wide ? 860 : width

    objectName: "opening"
    color: Theme.ground

    Rectangle {
        id: sign

        width: screen.boardWidth
        height: screen.wide ? screen.height : screen.board ? 532 : 120
        color: Theme.sign
    }
    Rectangle {
        width: screen.width
        height: 120
        color: Theme.sign

        StationName {
            x: Theme.margin
            anchors.verticalCenter: parent.verticalCenter
            name: screen.station === "" ? screen.machine : screen.station
            other: screen.other
            room: parent.width - 460 - x - Theme.gap // clock and keys come there
            color: Theme.signInk
            quiet: Theme.signQuiet
        }
    }
    WhereTo {
        id: question

        x: (screen.wide ? screen.boardWidth : 0) + Theme.margin
        y: screen.wide ? 132 : sign.height + 40
        width: screen.width - x - Theme.margin
        wide: screen.wide
        language: screen.language
    }
    Words {
        id: moment

        x: question.x
        y: question.y + question.height + Theme.gap
        width: question.width
        wrapMode: Text.WordWrap
        text: qsTr("One moment. This machine is starting.")
        size: 40
    }
    Words {
        x: question.x
        y: moment.y + moment.height + Theme.small
        width: question.width
        wrapMode: Text.WordWrap
        text: screen.language === "en" ? "请稍候，机器正在启动。" : "One moment. This machine is starting."
        size: 40
        color: Theme.quiet
    }
    Rectangle {
        anchors.bottom: parent.bottom
        x: screen.wide ? screen.boardWidth : 0
        width: parent.width - x
        height: place.y + place.height + 30
        color: Theme.sign

        // What works today is not known yet; its line is kept free.
        Words {
            id: works

            y: 30
            visible: false
            height: Math.max(30, implicitHeight)
            text: qsTranslate("Terminal", "Card")
        }
        Words {
            id: place

            x: Theme.margin
            y: works.y + works.height + Theme.small
            width: parent.width - 2 * x
            elide: Text.ElideRight
            text: [qsTr("Machine %1").arg(screen.machine), screen.staff].filter(part => part !== "").join("  ·  ")
            size: Theme.caption
            color: Theme.signQuiet
        }
    }
}
