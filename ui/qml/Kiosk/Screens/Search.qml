pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Where to: type some letters, touch a station.
Frame {
    id: screen

    readonly property int rowHeight: Theme.large ? 132 : 112
    readonly property int room: area.height - keyboard.height - Theme.small
    readonly property int columns: wide && !Theme.large ? 2 : 1
    readonly property int rows: Math.max(1, Math.floor((room + Theme.tight) / (rowHeight + Theme.tight)))

    asideHeight: 112
    onRowsChanged: sale.search.fits(rows * columns)
    Component.onCompleted: sale.search.fits(rows * columns)

    aside: Rectangle {
        width: parent.width
        height: 112
        radius: Theme.radius
        color: Theme.plate
        border.width: Theme.stroke * 2
        border.color: Theme.accent

        Icon {
            x: 32
            anchors.verticalCenter: parent.verticalCenter
            name: "search"
            size: 44
            color: Theme.accent
        }
        Words {
            id: typed

            x: 100
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, clear.x - x - 12)
            elide: Text.ElideLeft
            text: screen.sale.search.text
            size: 48
            Accessible.role: Accessible.EditableText
            Accessible.name: text
        }
        Rectangle {
            x: typed.x + typed.width + 4
            anchors.verticalCenter: parent.verticalCenter
            width: 4
            height: 60
            color: Theme.accent
        }
        Words {
            visible: typed.text === ""
            x: 120
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Station, city or pinyin")
            size: Theme.large ? Theme.caption : Theme.lead
            color: Theme.quiet
        }
        ClearKey {
            id: clear

            visible: typed.text !== ""
            onTapped: screen.sale.search.clear()
        }
    }

    Grid {
        id: results

        width: parent.width
        columns: screen.columns
        spacing: Theme.tight

        Repeater {
            model: screen.sale.search.results

            StationRow {
                required name
                required other
                required spelling
                required code
                required chosen
                required property string stopId
                required property string plain

                objectName: "to-" + stopId
                label: plain
                why: ""
                width: (results.width - (screen.columns - 1) * Theme.tight) / screen.columns
                height: screen.rowHeight
                onTapped: screen.sale.search.choose(stopId)
            }
        }
    }
    Note {
        visible: screen.sale.search.results.count === 0
        y: Theme.gap
        width: parent.width
        icon: screen.sale.search.message === "" ? "keyboard" : "info"
        text: screen.sale.search.message === "" ? qsTr("Type the first letters. Initials and pinyin work too. Letters that lead to no station are flat.") : screen.sale.search.message
    }
    Keyboard {
        id: keyboard

        anchors.bottom: parent.bottom
        width: parent.width + Theme.tight
        height: screen.wide ? 440 : 408
        open: screen.sale.search.open
        erasable: screen.sale.search.text !== ""
        onTyped: letter => screen.sale.search.type(letter)
        onErased: screen.sale.search.erase()
    }
}
