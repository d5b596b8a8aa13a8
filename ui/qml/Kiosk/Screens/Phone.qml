pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Tickets to take along on a phone, one after the other: the code as large as it goes, with everything a picture needs.
RideFrame {
    id: screen

    Repeater {
        model: screen.sale.pay.codes

        Column {
            id: ticket

            required property int index
            required property string hex
            required property string more
            required property string title
            required property string text

            visible: index === screen.sale.pay.codeShown
            width: parent.width
            spacing: Theme.small

            Row {
                id: codes

                readonly property int room: Math.min(ticket.width, screen.area.height - about.height - Theme.small)

                anchors.horizontalCenter: parent.horizontalCenter
                spacing: Theme.gap

                Code {
                    hex: ticket.hex
                    room: ticket.more === "" ? codes.room : Math.min(codes.room, (ticket.width - codes.spacing) / 2)
                }
                Code {
                    visible: ticket.more !== ""
                    hex: ticket.more
                    room: Math.min(codes.room, (ticket.width - codes.spacing) / 2)
                    Accessible.name: qsTr("Ticket as a code for railways abroad")
                }
            }
            Column {
                id: about

                width: parent.width
                spacing: 4

                Words {
                    width: parent.width
                    horizontalAlignment: Text.AlignHCenter
                    text: ticket.title
                    size: Theme.title
                    strong: true
                    Accessible.role: Accessible.StaticText
                    Accessible.name: text
                }
                Words {
                    width: parent.width
                    horizontalAlignment: Text.AlignHCenter
                    wrapMode: Text.WordWrap
                    visible: text !== ""
                    text: ticket.text
                    size: Theme.lead
                }
            }
        }
    }
}
