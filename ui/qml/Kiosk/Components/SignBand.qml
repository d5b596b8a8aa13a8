import QtQuick
import Kiosk
import Kiosk.Theme

// The sign over every screen: where you are, what time it is, language, larger or stronger picture.
Rectangle {
    id: band

    required property TerminalViewModel terminal

    implicitHeight: 120
    color: Theme.sign

    StationName {
        x: Theme.margin
        anchors.verticalCenter: parent.verticalCenter
        name: band.terminal.station
        other: band.terminal.stationOther
        room: time.x - x - Theme.gap
        color: Theme.signInk
        quiet: Theme.signQuiet
    }
    Words {
        id: time

        anchors.right: language.left
        anchors.rightMargin: Theme.wide
        anchors.verticalCenter: parent.verticalCenter
        text: band.terminal.time
        size: Theme.lead
        strong: true
        color: Theme.signInk

        // Holding the clock opens the staff page; nothing shows that, and whoever finds it needs number and PIN.
        MouseArea {
            anchors.fill: parent
            anchors.margins: -Theme.gap
            pressAndHoldInterval: 2000
            onPressAndHold: band.terminal.callStaff()
        }
    }
    SignKey {
        id: language

        objectName: "language"
        anchors.right: access.left
        anchors.rightMargin: Theme.small
        anchors.verticalCenter: parent.verticalCenter
        icon: "globe"
        text: band.terminal.languageName
        label: qsTr("Language: %1").arg(band.terminal.languageName)
        onTapped: band.terminal.openLanguages()
    }
    SignKey {
        id: access

        objectName: "access"
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        anchors.verticalCenter: parent.verticalCenter
        icon: "access"
        label: qsTr("Larger text and stronger contrast")
        onTapped: band.terminal.openAccess()
    }
    Rectangle {
        visible: Theme.contrast
        anchors.bottom: parent.bottom
        width: parent.width
        height: Theme.stroke
        color: Theme.line
    }
}
