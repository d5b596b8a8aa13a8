import QtQuick
import Kiosk.Theme

// Pages instead of scrolling: what comes before, where we are, what comes next.
Item {
    id: pager

    property string before
    property string here
    property string after
    property bool hasBefore: false
    property bool hasAfter: false
    signal earlier
    signal later

    readonly property bool narrow: width < 760 // then the page stands above the buttons

    implicitHeight: narrow ? 144 : 96

    ActionButton {
        objectName: "earlier"
        width: Math.max(284, implicitWidth)
        y: pager.height - height
        height: 96
        text: pager.before
        icon: "chevron-up"
        available: pager.hasBefore
        size: Theme.large ? Theme.caption : Theme.lead
        onTapped: pager.earlier()
    }
    Words {
        anchors.horizontalCenter: parent.horizontalCenter
        y: pager.narrow ? 0 : (parent.height - height) / 2
        text: pager.here
        size: Theme.large ? Theme.caption : Theme.body
        color: Theme.quiet
    }
    ActionButton {
        objectName: "later"
        anchors.right: parent.right
        width: Math.max(284, implicitWidth)
        y: pager.height - height
        height: 96
        text: pager.after
        icon: "chevron-down"
        available: pager.hasAfter
        size: Theme.large ? Theme.caption : Theme.lead
        onTapped: pager.later()
    }
}
