import QtQuick
import Kiosk.Theme

// One thing to take with you: state by shape (ring, thick ring, tick) and by word.
Item {
    id: row

    property string title
    property string detail
    property string condition: "waiting" // waiting, printing, done, failed
    property string word
    property bool brief: false

    implicitHeight: Math.max(brief ? 92 : 116, texts.implicitHeight + 36)

    Rule {
        width: parent.width
    }
    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        width: 56
        height: 56
        radius: 28
        color: row.condition === "done" ? Theme.ink : "transparent"
        border.width: row.condition === "printing" ? 10 : 4
        border.color: row.condition === "done" ? Theme.ink : row.condition === "printing" ? Theme.accent : row.condition === "failed" ? Theme.care : Theme.edge

        Icon {
            visible: row.condition === "done" || row.condition === "failed"
            anchors.centerIn: parent
            name: row.condition === "failed" ? "cross" : "check"
            size: 36
            color: row.condition === "failed" ? Theme.care : Theme.ground
        }
    }
    Column {
        id: texts

        x: 92
        width: word.x - x - Theme.small
        anchors.verticalCenter: parent.verticalCenter
        spacing: 2

        Words {
            width: parent.width
            wrapMode: Text.WordWrap
            text: row.title
            size: Theme.lead
            strong: true
        }
        Words {
            visible: text !== "" && !row.brief
            width: parent.width
            elide: Text.ElideRight
            text: row.detail
            color: Theme.quiet
        }
    }
    Words {
        id: word

        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        text: row.word
        strong: row.condition === "printing"
        color: row.condition === "waiting" ? Theme.quiet : Theme.ink
    }
}
