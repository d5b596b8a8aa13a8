import QtQuick
import Kiosk.Theme

// One search result: the letters that matched are bold, in whichever spelling they matched.
Plate {
    id: row

    property string name // styled text: <b> for matched letters
    property string other
    property string spelling // styled text
    property string code
    property string why

    implicitHeight: Theme.large ? 132 : 112

    Words {
        id: name

        x: 32
        y: (row.spelling === "" && row.why === "" ? row.height / 2 + 10 : Theme.large ? 60 : 50) - baselineOffset
        width: Math.min(implicitWidth, code.x - x - Theme.gap)
        elide: Text.ElideRight
        text: row.name
        textFormat: Text.StyledText
        size: Theme.large ? 44 : 36
    }
    Words {
        visible: x + implicitWidth < code.x - Theme.small
        x: name.x + name.width + 18
        anchors.baseline: name.baseline
        text: row.other
        size: Theme.large ? 36 : 30
        color: Theme.quiet
    }
    Words {
        x: 32
        y: (Theme.large ? 108 : 90) - baselineOffset
        text: row.spelling
        textFormat: Text.StyledText
        size: Theme.caption
        color: Theme.quiet
    }
    Words {
        id: code

        anchors.right: chevron.left
        anchors.rightMargin: Theme.small
        anchors.baseline: name.baseline
        text: row.code
        size: Theme.body
        strong: true
    }
    Words {
        anchors.right: chevron.left
        anchors.rightMargin: Theme.small
        y: (Theme.large ? 108 : 90) - baselineOffset
        text: row.why
        size: Theme.caption
        color: Theme.quiet
    }
    Icon {
        id: chevron

        anchors.right: parent.right
        anchors.rightMargin: 24
        anchors.verticalCenter: parent.verticalCenter
        name: row.chosen ? "check" : "chevron-right"
        color: row.chosen ? Theme.accent : Theme.quiet
        size: 36
    }
}
