import QtQuick
import Kiosk.Theme

// One departure: when, how long, how full, how much. Large text drops the number of stops, never the price.
Plate {
    id: row

    property string departs
    property string arrives
    property string about // number, duration, stops
    property string shortAbout // without the stops
    property string level
    property string leftText
    property string price
    property string tag
    property string tagIcon
    readonly property color tone: available ? Theme.ink : Theme.quiet
    readonly property bool narrow: Theme.large

    implicitHeight: narrow ? 200 : 128

    Words {
        id: out

        x: 32
        y: row.narrow ? 26 : row.height < 124 ? 6 : 14
        text: row.departs
        size: Theme.title
        strong: true
        color: row.tone
    }
    Icon {
        id: arrow

        visible: row.arrives !== ""
        anchors.left: out.right
        anchors.leftMargin: Theme.small
        anchors.verticalCenter: out.verticalCenter
        name: "arrow-right"
        size: 34
        color: Theme.quiet
    }
    Words {
        id: arrival

        anchors.left: arrow.right
        anchors.leftMargin: Theme.small
        anchors.baseline: out.baseline
        text: row.arrives
        size: Theme.title
        color: row.tone
    }
    Words {
        x: 32
        anchors.bottom: parent.bottom
        anchors.bottomMargin: row.narrow ? 32 : row.height < 124 ? 12 : 18
        width: (row.narrow ? pill.visible ? pill.x : row.width - 32 : pill.visible ? pill.x : seats.x) - x - Theme.small
        elide: Text.ElideRight
        text: row.narrow ? row.shortAbout : row.about
        size: row.narrow ? Theme.caption : 26
        color: Theme.quiet
    }
    Tag {
        id: pill

        visible: row.tag !== ""
        x: row.narrow ? row.width - width - 32 : row.width - 556
        y: row.narrow ? row.height - height - 30 : (row.height - height) / 2
        text: row.tag
        icon: row.tagIcon
    }
    SeatsLeft {
        id: seats

        x: row.narrow ? 480 : row.width - 348
        anchors.verticalCenter: row.narrow ? out.verticalCenter : parent.verticalCenter
        level: row.level
        text: row.leftText
    }
    Words {
        visible: row.available
        anchors.right: parent.right
        anchors.rightMargin: row.narrow ? 32 : 76
        anchors.verticalCenter: row.narrow ? out.verticalCenter : parent.verticalCenter
        text: row.price
        size: row.narrow ? Theme.title : 40
        strong: true
    }
    Icon {
        visible: !row.narrow && row.available
        anchors.right: parent.right
        anchors.rightMargin: 24
        anchors.verticalCenter: parent.verticalCenter
        name: row.chosen ? "check" : "chevron-right"
        color: row.chosen ? Theme.accent : Theme.quiet
        size: 36
    }
    Row {
        visible: row.narrow && row.chosen
        x: 480
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 28
        spacing: 12

        Icon {
            name: "check"
            size: 40
            color: Theme.accent
        }
        Words {
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Chosen")
            size: Theme.caption
            strong: true
        }
    }
}
