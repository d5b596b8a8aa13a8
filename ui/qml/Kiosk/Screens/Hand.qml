pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components

// There is no paper: what that means for the tickets, before anything is paid.
RideFrame {
    id: screen

    Column {
        width: parent.width

        Topic {
            width: parent.width
            icon: "phone-qr"
            title: qsTr("Your tickets")
            text: qsTr("After you have paid, each ticket comes on this screen as a code. Take a picture of it: the gate takes it like paper.")
        }
        Topic {
            width: parent.width
            icon: "printer"
            title: qsTr("On paper")
            text: qsTr("Another machine or the staff desk can print. Go back, and nothing is paid.")
        }
    }
}
