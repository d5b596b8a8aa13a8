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

    Icon {
        visible: day.icon !== ""
        anchors.horizontalCenter: parent.horizontalCenter
        y: Theme.large ? 20 : 18
        name: day.icon
        size: Theme.large ? 40 : 34
    }
    Words {
        visible: day.icon === ""
        anchors.horizontalCenter: parent.horizontalCenter
        y: (Theme.large ? 54 : 44) - baselineOffset
        text: day.word
        size: Theme.caption
        color: day.chosen ? Theme.ink : Theme.quiet
    }
    Words {
        anchors.horizontalCenter: parent.horizontalCenter
        y: (Theme.large ? 106 : 88) - baselineOffset
        text: day.icon === "" ? day.date : day.word
        size: day.icon === "" ? (Theme.large ? 40 : 30) : Theme.caption
        strong: day.icon === ""
        color: day.available ? Theme.ink : Theme.quiet
    }
}
