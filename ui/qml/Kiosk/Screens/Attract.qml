pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// The first screen: the departure board as a sign, and the one question.
Rectangle {
    id: screen

    required property SaleViewModel sale
    required property TerminalViewModel terminal
    readonly property bool wide: width > height
    readonly property int boardWidth: wide ? 860 : width
    readonly property int boardLines: Math.min(wide ? 9 : Theme.large ? 3 : 4, board.count)

    color: Theme.ground

    Rectangle {
        id: board

        property int count: screen.sale.attract.board.count

        width: screen.boardWidth
        height: screen.wide ? parent.height : lines.y + lines.height + (screen.boardLines > 0 ? 12 : 0)
        color: Theme.sign

        SignBand {
            id: band

            width: screen.width
            terminal: screen.terminal
        }
        Words {
            id: heading

            visible: screen.boardLines > 0
            x: Theme.margin
            y: 160 - baselineOffset
            text: screen.sale.attract.boardTitle
            color: Theme.signQuiet
        }
        Words {
            visible: heading.visible && screen.sale.attract.platforms
            anchors.right: lines.right
            anchors.baseline: heading.baseline
            text: qsTr("Platform")
            color: Theme.signQuiet
        }
        Column {
            id: lines

            x: Theme.margin
            y: screen.boardLines > 0 ? 184 : 120
            width: parent.width - 2 * Theme.margin

            Repeater {
                model: screen.sale.attract.board

                BoardRow {
                    required time
                    required number
                    required name
                    required other
                    required platform
                    required property int index

                    visible: index < screen.boardLines
                    width: lines.width
                    platforms: screen.sale.attract.platforms
                }
            }
        }
        Rectangle {
            visible: Theme.contrast && !screen.wide
            anchors.bottom: parent.bottom
            width: parent.width
            height: Theme.stroke
            color: Theme.line
        }
    }
    Item {
        id: body

        x: (screen.wide ? screen.boardWidth : 0) + Theme.margin
        y: screen.wide ? 120 : board.height
        width: screen.width - x - Theme.margin
        height: (screen.wide ? parent.height : works.y) - y

        WhereTo {
            id: question

            y: screen.wide ? 12 : 40
            width: parent.width
            wide: screen.wide
            language: screen.terminal.language
        }
        Plate {
            id: field

            objectName: "searchField"
            label: fieldWords.text
            framed: true
            y: question.y + question.height + 4
            width: parent.width
            height: screen.wide ? 104 : 136
            onTapped: screen.sale.openSearch()

            Icon {
                x: 40
                anchors.verticalCenter: parent.verticalCenter
                name: "search"
                size: 52
                color: Theme.accent
            }
            Words {
                id: fieldWords

                x: 124
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Station, city or pinyin")
                size: Theme.large ? 48 : 40
                color: Theme.quiet
            }
            Icon {
                anchors.right: parent.right
                anchors.rightMargin: 40
                anchors.verticalCenter: parent.verticalCenter
                name: "keyboard"
                size: 52
                color: Theme.accent
            }
        }
        Grid {
            id: tiles

            y: field.y + field.height + Theme.gap
            width: parent.width
            columns: 2
            columnSpacing: Theme.gap
            rowSpacing: Theme.small

            Repeater {
                model: screen.sale.attract.tiles

                DestinationTile {
                    required name
                    required other
                    required detail
                    required property int index
                    required property string stopId

                    objectName: "to-" + stopId
                    visible: y + height <= extras.y - tiles.y - Theme.small
                    width: (tiles.width - Theme.gap) / 2
                    height: Theme.large ? 168 : screen.wide ? 120 : 144
                    label: name + ", " + detail
                    onTapped: screen.sale.travelTo(stopId)
                }
            }
        }
        Row {
            id: extras

            anchors.bottom: parent.bottom
            anchors.bottomMargin: (screen.wide ? works.height : 0) + Theme.wide
            spacing: Theme.gap

            ActionButton {
                id: events

                objectName: "events"
                visible: screen.sale.attract.hasEvents
                width: Math.max(screen.wide ? 400 : 468, implicitWidth)
                height: screen.wide ? 96 : 112
                size: Theme.large ? 40 : Theme.lead
                text: qsTr("Concerts and shows")
                icon: "ticket"
                onTapped: screen.sale.openEvents()
            }
            Repeater {
                model: screen.terminal.languages

                ActionButton {
                    required property string tag
                    required property string name
                    required chosen

                    objectName: "language-" + tag
                    width: (body.width - (events.visible ? events.width + Theme.gap : 0) - Theme.gap) / 2
                    size: Theme.large ? 40 : Theme.lead
                    height: screen.wide ? 96 : 112
                    text: name
                    onTapped: screen.terminal.useLanguage(tag)
                }
            }
        }
    }
    WorksToday {
        id: works

        anchors.bottom: parent.bottom
        x: screen.wide ? screen.boardWidth : 0
        width: parent.width - x
        terminal: screen.terminal
    }
}
