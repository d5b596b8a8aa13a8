pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// What to take with you; every ticket also as a code for the phone.
Frame {
    id: screen

    readonly property int shown: sale.pay.codeShown
    readonly property bool compact: sale.pay.take.count > 3
    readonly property bool brief: sale.pay.take.count > 2 || Theme.large

    asideHeight: wide ? 0 : list.height

    aside: TakeList {
        id: list

        width: parent.width
        model: screen.sale.pay.take
        columns: screen.compact && !screen.wide ? 2 : 1
        lines: screen.brief ? 1 : 2
    }

    Repeater {
        model: screen.sale.pay.codes

        Item {
            id: ticket

            required property int index
            required property string hex
            required property string title
            required property string text

            visible: index === screen.shown
            width: parent.width
            height: Math.max(code.height, about.height)

            Code {
                id: code

                hex: ticket.hex
                room: 460
            }
            Column {
                id: about

                x: code.width + 48
                width: parent.width - x
                spacing: Theme.small

                Words {
                    width: parent.width
                    wrapMode: Text.WordWrap
                    text: qsTr("Or carry it on your phone")
                    size: Theme.title
                    strong: true
                    lineHeight: 1.02
                }
                Words {
                    width: parent.width
                    wrapMode: Text.WordWrap
                    visible: !Theme.large
                    text: qsTr("Take a picture of this code. The gate takes each ticket once, paper or phone.")
                    color: Theme.quiet
                    lineHeight: 1.04
                }
                Words {
                    width: parent.width
                    wrapMode: Text.WordWrap
                    text: ticket.text
                }
                Words {
                    text: ticket.title
                    size: Theme.title
                    strong: true
                    Accessible.role: Accessible.StaticText
                    Accessible.name: text
                }
                ActionButton {
                    objectName: ticket.visible ? "nextCode" : ""
                    visible: screen.sale.pay.codes.count > 1
                    width: Math.max(300, implicitWidth)
                    height: 88
                    size: Theme.large ? Theme.caption : Theme.body
                    text: qsTr("Next ticket (%1 of %2)").arg(ticket.index + 1).arg(screen.sale.pay.codes.count)
                    icon: "arrow-right"
                    iconLast: true
                    onTapped: screen.sale.pay.nextCode()
                }
            }
        }
    }
    Column {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: screen.wide ? 0 : Theme.wide
        width: parent.width
        spacing: Theme.gap

        Rule {
            width: parent.width
        }
        Words {
            text: screen.sale.pay.day
            size: Theme.title
            strong: true
        }
        Row {
            spacing: 72

            Repeater {
                model: screen.sale.pay.facts

                Fact {
                    required label
                    required value
                }
            }
        }
        Note {
            visible: screen.sale.pay.places !== ""
            width: parent.width
            icon: "seat"
            text: screen.sale.pay.places
        }
    }
}
