import QtQuick
import Kiosk.Theme

// A kind of traveller, its price, and how many.
Item {
    id: row

    property string key
    property string icon
    property string title
    property string detail
    property string price
    property int count: 0
    property bool canMore: true
    signal more
    signal fewer

    implicitHeight: 172

    Rule {
        width: parent.width
    }
    Icon {
        id: sign

        anchors.verticalCenter: parent.verticalCenter
        name: row.icon
        size: 72
        color: row.count > 0 ? Theme.ink : Theme.quiet
    }
    Column {
        x: 104
        width: less.x - x - Theme.small
        anchors.verticalCenter: parent.verticalCenter
        spacing: 4

        Words {
            width: parent.width
            elide: Text.ElideRight
            text: row.title
            size: Theme.large ? 44 : 40
            strong: true
        }
        Words {
            visible: text !== "" && !Theme.large
            width: parent.width
            elide: Text.ElideRight
            text: row.detail
            color: Theme.quiet
        }
        Words {
            width: parent.width
            wrapMode: Text.WordWrap
            text: row.price
            strong: row.count > 0
        }
    }
    Plate {
        id: less

        objectName: "fewer-" + row.key
        label: qsTr("One fewer: %1").arg(row.title)
        x: row.width - 360
        anchors.verticalCenter: parent.verticalCenter
        width: 116
        height: 104
        available: row.count > 0
        onTapped: row.fewer()

        Icon {
            anchors.centerIn: parent
            name: "minus"
            size: 48
            color: row.count > 0 ? Theme.ink : Theme.edge
        }
    }
    Words {
        x: row.width - 244
        width: 128
        anchors.verticalCenter: parent.verticalCenter
        horizontalAlignment: Text.AlignHCenter
        text: row.count
        size: 60
        strong: row.count > 0
        color: row.count > 0 ? Theme.ink : Theme.quiet
        Accessible.role: Accessible.StaticText
        Accessible.name: row.title + ": " + row.count
    }
    Plate {
        objectName: "more-" + row.key
        label: qsTr("One more: %1").arg(row.title)
        x: row.width - 116
        anchors.verticalCenter: parent.verticalCenter
        width: 116
        height: 104
        available: row.canMore
        onTapped: row.more()

        Icon {
            anchors.centerIn: parent
            name: "plus"
            size: 48
            color: row.canMore ? Theme.ink : Theme.edge
        }
    }
}
