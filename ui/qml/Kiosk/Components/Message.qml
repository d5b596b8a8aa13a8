import QtQuick
import Kiosk
import Kiosk.Theme

// A refusal of the machine, in words, above the action bar; it goes with the next touch of a button.
Band {
    id: message

    required property SaleViewModel sale

    visible: sale.message !== ""
    x: Theme.margin
    y: parent.height - height - (parent.width > parent.height ? 168 : 280)
    width: parent.width - 2 * x
    icon: "info"
    text: sale.message
}
