import QtQuick
import Kiosk
import Kiosk.Theme

// Lowest part of every screen: what you have and what it costs; Back at the left, the next step at the right.
Item {
    id: bar

    required property SaleViewModel sale
    property bool wide: false

    implicitHeight: wide ? 152 : 264

    Rectangle {
        width: parent.width
        height: Theme.stroke
        color: Theme.contrast ? Theme.line : Theme.edge
    }
    ActionButton {
        id: back

        objectName: "back"
        visible: bar.sale.backText !== ""
        x: Theme.margin
        y: bar.wide ? 24 : 120
        width: Math.max(284, implicitWidth)
        text: bar.sale.backText
        icon: bar.sale.backIcon
        onTapped: bar.sale.back()
    }
    ActionButton {
        id: cancel

        objectName: "cancel"
        visible: bar.wide && bar.sale.canCancel
        x: back.visible ? back.x + back.width + Theme.gap : Theme.margin
        y: back.y
        text: qsTr("Cancel")
        size: Theme.large ? Theme.caption : Theme.body
        onTapped: bar.sale.cancel()
    }
    ActionButton {
        id: next

        objectName: "next"
        visible: bar.sale.nextText !== ""
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        y: back.y
        width: bar.wide ? Math.max(520, implicitWidth) : bar.width - 2 * Theme.margin - (back.visible ? back.width + Theme.gap : 0)
        primary: bar.sale.nextReady
        available: bar.sale.nextReady
        text: bar.sale.nextText
        icon: bar.sale.nextIcon
        iconLast: icon === "arrow-right"
        size: Theme.large ? 44 : Theme.lead + 4
        onTapped: bar.sale.next()
    }
    Words {
        id: amount

        visible: bar.sale.total !== ""
        x: bar.wide ? next.x - Theme.wide - width : bar.width - Theme.margin - width
        y: bar.wide ? back.y + 52 - height / 2 : 26
        text: bar.sale.total
        size: Theme.title
        strong: true
    }
    Words {
        id: word

        visible: amount.visible
        anchors.right: amount.left
        anchors.rightMargin: Theme.small
        anchors.baseline: amount.baseline
        text: bar.sale.totalWord
        color: Theme.quiet
    }
    Words {
        x: !bar.wide ? Theme.margin : cancel.visible ? cancel.x + cancel.width + Theme.wide : back.visible ? back.x + back.width + Theme.wide : Theme.margin
        y: bar.wide ? back.y + 52 - height / 2 : amount.visible ? amount.y + amount.baselineOffset - baselineOffset : 44
        width: (amount.visible ? word.x : bar.wide ? next.x : bar.width - Theme.margin) - x - Theme.gap
        maximumLineCount: bar.wide ? 2 : 1
        wrapMode: bar.wide ? Text.WordWrap : Text.NoWrap
        elide: Text.ElideRight
        text: bar.sale.summary
        color: Theme.quiet
    }
}
