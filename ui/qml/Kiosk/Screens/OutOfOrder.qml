import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// This machine does not sell now: that, why, and where to go.
Rectangle {
    id: screen

    required property SaleViewModel sale
    required property TerminalViewModel terminal
    readonly property bool wide: width > height

    color: Theme.ground

    SignBand {
        id: band

        width: parent.width
        terminal: screen.terminal
    }
    Column {
        x: Theme.margin
        y: screen.wide ? 240 : 480
        width: parent.width - 2 * x
        spacing: Theme.wide

        Icon {
            name: "octagon-cross"
            size: 220
        }
        Words {
            width: parent.width
            wrapMode: Text.WordWrap
            text: qsTr("This machine is out of order")
            size: screen.wide ? 96 : 104
            strong: true
            lineHeight: 0.98
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        Words {
            width: parent.width
            wrapMode: Text.WordWrap
            text: qsTr("Please use another machine or ask at the staff desk. Tickets you already have stay valid.")
            size: Theme.title
            lineHeight: 1.04
        }
        Words {
            visible: text !== ""
            width: parent.width
            wrapMode: Text.WordWrap
            text: screen.terminal.outReason
            color: Theme.quiet
        }
    }
    WorksToday {
        anchors.bottom: parent.bottom
        width: parent.width
        terminal: screen.terminal
    }
}
