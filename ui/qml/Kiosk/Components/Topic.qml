import QtQuick
import Kiosk.Theme

// A heading with its sentence: your money, your seats, what happens now.
Item {
    id: topic

    property string icon
    property string title
    property string text

    implicitHeight: texts.implicitHeight + 2 * Theme.gap

    Icon {
        y: Theme.gap + 4
        name: topic.icon
        size: 56
    }
    Column {
        id: texts

        x: 92
        y: Theme.gap
        width: parent.width - x
        spacing: 6

        Words {
            text: topic.title
            size: Theme.lead
            strong: true
        }
        Words {
            width: parent.width
            wrapMode: Text.WordWrap
            lineHeight: 1.04
            text: topic.text
        }
    }
    Rule {
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
