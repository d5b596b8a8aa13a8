import QtQuick
import Kiosk.Theme

// The one question of the first screen in the passenger's language and, smaller on the same baseline, in the other one.
Item {
    id: heading

    required property string language
    property bool wide: false

    implicitHeight: question.height

    Words {
        id: question

        x: -4
        text: qsTr("Where to?")
        size: heading.wide ? 84 : Theme.display
        strong: true
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Words {
        anchors.right: parent.right
        anchors.baseline: question.baseline
        visible: question.implicitWidth + implicitWidth < parent.width - Theme.gap
        text: heading.language === "en" ? "去哪儿" : "Where to?"
        size: heading.wide ? 48 : 64
        color: Theme.quiet
    }
}
