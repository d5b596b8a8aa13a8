import QtQuick
import Kiosk.Theme

// A day: the word above, the date below.
Plate {
    id: day

    property string word
    property string date
    property string icon

    implicitHeight: Theme.large ? 136 : 112
    label: word + " " + date

    Column {
        anchors.centerIn: parent
        spacing: 2

        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: day.icon !== ""
            name: day.icon
            size: Theme.large ? 40 : 34
        }
        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            text: day.word
            size: Theme.caption
            color: day.chosen || day.icon !== "" ? Theme.ink : Theme.quiet
        }
        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: day.icon === ""
            text: day.date
            size: Theme.large ? 40 : 30
            strong: true
            color: day.available ? Theme.ink : Theme.quiet
        }
    }
}
