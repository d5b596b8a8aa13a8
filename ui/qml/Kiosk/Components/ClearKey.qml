import QtQuick

// At the right end of a field: all letters go.
Plate {
    objectName: "clear"
    label: qsTr("Erase all letters")
    anchors.right: parent.right
    anchors.rightMargin: 16
    anchors.verticalCenter: parent.verticalCenter
    width: 80
    height: 80

    Icon {
        anchors.centerIn: parent
        name: "cross"
        size: 36
    }
}
