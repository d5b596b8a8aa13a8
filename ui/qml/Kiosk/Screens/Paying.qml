import QtQuick
import Kiosk.Components
import Kiosk.Theme

// The passenger looks at the card reader now: the amount, what to do, and nothing else.
Frame {
    id: screen

    asideHeight: wide ? 0 : ride.height

    aside: Ride {
        id: ride

        width: parent.width
        pay: screen.sale.pay
        stacked: screen.wide || Theme.large
    }

    Column {
        anchors.centerIn: parent
        width: parent.width
        spacing: Theme.wide

        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            name: "card"
            size: 260
        }
        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            text: screen.sale.pay.amount
            size: Theme.display
            strong: true
        }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.WordWrap
            text: qsTr("The card reader shows this amount and asks you to agree.")
            size: Theme.lead
            color: Theme.quiet
        }
    }
}
