import QtQuick
import Kiosk.Theme

// A QR code on white with its quiet zone; whole units for each module, never smoothed.
Rectangle {
    id: code

    property string hex // the text of the code, as hex
    property int room: 444
    readonly property int modules: Math.max(21, image.implicitWidth)
    readonly property int module: Math.max(4, Math.floor(room / (modules + 8)))

    Accessible.role: Accessible.Graphic
    Accessible.name: qsTr("Ticket as a code")
    implicitWidth: module * (modules + 8)
    implicitHeight: implicitWidth
    radius: Theme.radius
    color: Theme.codePaper

    Image {
        id: image

        anchors.centerIn: parent
        width: code.module * code.modules
        height: width
        smooth: false
        fillMode: Image.Stretch
        source: code.hex === "" ? "" : "image://code/" + code.hex
    }
}
