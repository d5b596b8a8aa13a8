pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// A voucher: its code, then what it is worth and what stays to be paid.
Frame {
    id: screen

    readonly property VoucherViewModel voucher: sale.voucher

    asideHeight: 112

    aside: Rectangle {
        width: parent.width
        height: 112
        radius: Theme.radius
        color: Theme.plate
        border.width: Theme.stroke * 2
        border.color: screen.voucher.found ? Theme.edge : Theme.accent

        Icon {
            x: 32
            anchors.verticalCenter: parent.verticalCenter
            name: "voucher"
            size: 52
            color: screen.voucher.found ? Theme.quiet : Theme.accent
        }
        Words {
            x: 112
            anchors.verticalCenter: parent.verticalCenter
            visible: screen.voucher.typed !== ""
            text: screen.voucher.typed
            size: 48
            Accessible.role: Accessible.EditableText
            Accessible.name: text
        }
        Words {
            x: 112
            anchors.verticalCenter: parent.verticalCenter
            visible: screen.voucher.typed === ""
            text: screen.voucher.scans ? qsTr("Type it, or hold it to the scanner") : qsTr("12 letters and figures")
            size: Theme.large ? Theme.caption : Theme.lead
            color: Theme.quiet
        }
    }

    Column {
        width: parent.width
        spacing: Theme.gap

        Band {
            visible: text !== ""
            width: parent.width
            text: screen.voucher.message
        }
        Note {
            visible: !screen.voucher.found && screen.voucher.message === ""
            width: parent.width
            icon: "keyboard"
            text: qsTr("The code has no O and no I, no nought and no one, so nothing can be mixed up. What stays on the voucher stays yours.")
        }
        Column {
            id: sums

            visible: screen.voucher.found
            width: parent.width
            spacing: 0

            Rule {
                width: parent.width
            }
            Repeater {
                model: screen.voucher.facts

                PriceLine {
                    required what
                    required detail
                    required amount

                    width: sums.width
                }
            }
            Rule {
                width: parent.width
            }
        }
    }
    CodeKeys {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: screen.wide ? 0 : Theme.gap
        width: parent.width
        height: screen.wide ? 440 : 408
        visible: !screen.voucher.found
        signs: screen.voucher.signs
        full: screen.voucher.full
        erasable: screen.voucher.typed !== ""
        onTyped: sign => screen.voucher.type(sign)
        onErased: screen.voucher.erase()
    }
}
