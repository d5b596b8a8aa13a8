import QtQuick
import Kiosk
import Kiosk.Theme

// The frame of every step: sign, progress, one question, content, action bar.
// Portrait: one column, `aside` above the content. Landscape: question and `aside` left, content right.
Rectangle {
    id: frame

    required property SaleViewModel sale
    required property TerminalViewModel terminal
    property int asideHeight: 0 // portrait only: what the aside takes of the column
    default property alias content: area.data
    property alias aside: side.data
    readonly property bool wide: width > height
    readonly property int column: wide ? 600 : width - 2 * Theme.margin
    readonly property alias area: area
    readonly property alias side: side

    color: Theme.ground

    SignBand {
        id: band

        width: parent.width
        terminal: frame.terminal
    }
    RouteSteps {
        id: steps

        x: Theme.margin
        y: frame.wide ? 150 : 156
        visible: frame.sale.step > 0
        room: frame.wide ? frame.column : 728
        names: frame.sale.steps
        step: frame.sale.step
    }
    Plate {
        objectName: "cancel"
        visible: frame.sale.canCancel && !frame.wide
        label: cancelWord.text
        x: Theme.margin + frame.column - width
        y: 148
        width: Math.max(148, cancelWord.implicitWidth + 2 * Theme.small)
        height: 72
        onTapped: frame.sale.cancel()

        Words {
            id: cancelWord

            anchors.centerIn: parent
            text: qsTr("Cancel")
            size: Theme.caption
        }
    }
    Words {
        id: question

        x: Theme.margin - 2
        y: (frame.wide ? (frame.sale.step > 0 ? 256 : 160) : 328 - baselineOffset)
        width: frame.column + 4
        wrapMode: frame.wide ? Text.WordWrap : Text.NoWrap
        elide: frame.wide ? Text.ElideNone : Text.ElideRight
        text: frame.sale.question
        size: frame.wide ? 60 : Theme.question
        strong: true
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Words {
        id: hint

        x: Theme.margin
        y: frame.wide ? question.y + question.height + Theme.small : (Theme.large ? 390 : 386) - baselineOffset
        width: frame.column
        wrapMode: frame.wide ? Text.WordWrap : Text.NoWrap
        elide: frame.wide ? Text.ElideNone : Text.ElideRight
        text: frame.sale.hint
        size: Theme.large && !frame.wide ? Theme.caption : Theme.body
        color: Theme.quiet
    }
    Item {
        id: side

        x: Theme.margin
        y: frame.wide ? hint.y + hint.height + Theme.gap : 424
        width: frame.column
        height: frame.wide ? bar.y - y - Theme.gap : frame.asideHeight
    }
    Item {
        id: area

        x: frame.wide ? Theme.margin + frame.column + Theme.margin : Theme.margin
        y: frame.wide ? 152 : side.y + (frame.asideHeight > 0 ? frame.asideHeight + Theme.gap : 0)
        width: frame.width - x - Theme.margin
        height: bar.y - y - (frame.wide ? Theme.gap : Theme.small)
    }
    ActionBar {
        id: bar

        anchors.bottom: parent.bottom
        width: parent.width
        sale: frame.sale
        wide: frame.wide
    }
}
