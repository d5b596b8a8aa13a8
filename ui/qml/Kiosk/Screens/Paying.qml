import QtQuick
import Kiosk.Components
import Kiosk.Theme

// The passenger looks at the card reader, the phone or the coin slot now: the amount, what to do, and nothing else.
RideFrame {
    id: screen

    readonly property string means: sale.pay.means.split(".")[0]

    CashIn {
        anchors.centerIn: parent
        width: parent.width
        visible: screen.means === "cash"
        pay: screen.sale.pay
        wide: screen.wide
    }
    Column {
        anchors.centerIn: parent
        width: parent.width
        visible: screen.means !== "cash"
        spacing: screen.wide ? Theme.gap : Theme.wide

        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: screen.means !== "qr" && screen.means !== "transfer"
            name: {
                if (screen.means === "scan")
                    return screen.sale.pay.heard ? "hourglass" : "phone-qr";
                return screen.means === "voucher" ? "voucher" : "card";
            }
            size: 260
        }
        Code {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: screen.sale.pay.askCode !== ""
            hex: screen.sale.pay.askCode
            room: screen.wide ? 420 : 560
            Accessible.name: qsTr("Code to pay with your phone")
        }
        Words {
            anchors.horizontalCenter: parent.horizontalCenter
            text: screen.sale.pay.amount
            size: Theme.display
            strong: true
        }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.WordWrap
            text: {
                if (screen.means === "transfer")
                    return qsTr("Your banking app shows this amount and the reference. When it is done, tell staff.");
                if (screen.means === "voucher")
                    return qsTr("This amount is taken off the voucher.");
                if (screen.means === "scan" && screen.sale.pay.heard)
                    return qsTr("Your payment app may ask you to agree.");
                if (screen.means === "scan")
                    return qsTr("Open WeChat Pay or Alipay, show the payment code, and hold it to the reader.");
                if (screen.sale.pay.askCode !== "")
                    return qsTr("Your payment app shows this amount and asks you to agree.");
                if (screen.means === "qr")
                    return qsTr("The code comes in a moment.");
                return qsTr("The card reader shows this amount and asks you to agree.");
            }
            size: Theme.lead
            color: Theme.quiet
        }
    }
}
