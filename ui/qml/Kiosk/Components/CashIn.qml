import QtQuick
import Kiosk.Theme

// At the coin slot: how much is left and in, which pieces are taken now, how to get it back; or the change.
Column {
    id: slot

    required property var pay
    property bool wide: false

    readonly property bool paysOut: pay.change !== ""

    spacing: wide && Theme.large ? Theme.small : wide || Theme.large ? Theme.gap : Theme.wide

    Icon {
        anchors.horizontalCenter: parent.horizontalCenter
        visible: !Theme.large || slot.paysOut // the words need the room
        name: slot.paysOut ? "hand" : "cash"
        size: slot.wide ? 150 : 200
    }
    Words {
        objectName: "cashLeft"
        anchors.horizontalCenter: parent.horizontalCenter
        text: slot.paysOut ? slot.pay.change : slot.pay.left !== "" ? slot.pay.left : slot.pay.amount
        size: Theme.display
        strong: true
    }
    Words {
        width: parent.width
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.WordWrap
        text: slot.paysOut ? qsTr("comes out below. Please take all of it.") : qsTr("still to be put in")
        size: Theme.lead
        color: Theme.quiet
    }
    Words {
        objectName: "cashInside"
        visible: slot.pay.inside !== ""
        anchors.horizontalCenter: parent.horizontalCenter
        text: qsTr("%1 is in").arg(slot.pay.inside)
        size: Theme.title
        strong: true
    }
    Column {
        visible: slot.pay.pieces !== ""
        width: parent.width
        spacing: Theme.small

        Words {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: qsTr("Taken now")
            size: Theme.body
            color: Theme.quiet
        }
        Flow {
            id: pieces

            readonly property real filled: {
                let sum = 0;
                for (let i = 0; i < tags.count; i++)
                    sum += (tags.itemAt(i)?.implicitWidth ?? 0) + (i ? spacing : 0);
                return sum;
            }

            anchors.horizontalCenter: parent.horizontalCenter
            width: Math.min(slot.width, filled + 1)
            spacing: Theme.small

            Repeater {
                id: tags

                model: slot.pay.pieces !== "" ? slot.pay.pieces.split("\n") : []

                Tag {
                    required property string modelData

                    text: modelData
                    size: Theme.lead
                }
            }
        }
    }
    Words {
        visible: text !== ""
        width: parent.width
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.WordWrap
        text: slot.pay.back
        size: Theme.lead
        color: Theme.ink
    }
}
