pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// Letters and figures; nothing here knows stations or names: `open` says which keys lead somewhere.
// With `naming` it writes names: capitals, the signs of names in place of figures, and above a row of accents.
Item {
    id: keyboard

    property string open // letters, figures and signs that may follow, in one string; " " = the space bar
    property bool figures: false
    property bool erasable: false
    property bool naming: false
    property bool capital: false // the next letter is one
    property string accents // what the last letter may be instead
    readonly property list<string> rows: figures ? ["1234567890", "", ""] : ["qwertyuiop", "asdfghjkl", "zxcvbnm"]
    readonly property int above: naming ? 1 : 0
    readonly property real pitch: width / 10
    readonly property real rise: height / (4 + above)
    signal typed(string letter)
    signal meant(string letter)
    signal shifted
    signal erased

    component Letters: Repeater {
        id: letters

        required property int line
        readonly property string keys: keyboard.rows[line]

        model: keys.length

        KeyCap {
            required property int index
            readonly property string letter: letters.keys.charAt(index)

            objectName: "key-" + letter
            x: keyboard.pitch * (index + (letters.line === 1 ? 0.5 : letters.line === 2 ? 1 : 0))
            y: keyboard.rise * (letters.line + keyboard.above)
            width: keyboard.pitch - Theme.tight
            height: keyboard.rise - Theme.tight
            text: keyboard.capital ? letter.toUpperCase() : letter
            available: keyboard.open.indexOf(letter) >= 0
            onTapped: keyboard.typed(letter)
        }
    }

    Words {
        visible: keyboard.naming && keyboard.accents === ""
        y: (keyboard.rise - height) / 2
        width: keyboard.width - Theme.tight
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.WordWrap
        text: qsTr("Accents: type the plain letter, then choose here")
        size: Theme.body
        color: Theme.quiet
    }
    Repeater {
        model: keyboard.naming ? keyboard.accents.length : 0

        KeyCap {
            required property int index

            objectName: "accent-" + text
            x: keyboard.pitch * index
            width: keyboard.pitch - Theme.tight
            height: keyboard.rise - Theme.tight
            text: keyboard.accents.charAt(index)
            onTapped: keyboard.meant(text)
        }
    }
    Letters {
        line: 0
    }
    Letters {
        line: 1
    }
    Letters {
        line: 2
    }
    KeyCap {
        objectName: "key-shift"
        visible: keyboard.naming
        y: keyboard.rise * 3
        width: keyboard.pitch - Theme.tight
        height: keyboard.rise - Theme.tight
        icon: "arrow-up"
        label: keyboard.capital ? qsTr("Small letter") : qsTr("Capital letter")
        chosen: keyboard.capital
        onTapped: keyboard.shifted()
    }
    KeyCap {
        objectName: "key-erase"
        x: keyboard.pitch * 8
        y: keyboard.rise * (2 + keyboard.above)
        width: keyboard.pitch * 2 - Theme.tight
        height: keyboard.rise - Theme.tight
        icon: "backspace"
        label: qsTr("Erase one letter")
        available: keyboard.erasable
        onTapped: keyboard.erased()
    }
    KeyCap {
        objectName: "key-figures"
        visible: !keyboard.naming
        y: keyboard.rise * 3
        width: keyboard.pitch * 2 - Theme.tight
        height: keyboard.rise - Theme.tight
        text: keyboard.figures ? "abc" : "123"
        size: Theme.lead
        onTapped: keyboard.figures = !keyboard.figures
    }
    Repeater {
        model: keyboard.naming ? ["-", "'", "."] : 0

        KeyCap {
            required property int index
            required property string modelData

            objectName: "key-" + modelData
            x: keyboard.pitch * index
            y: keyboard.rise * 4
            width: keyboard.pitch - Theme.tight
            height: keyboard.rise - Theme.tight
            text: modelData
            label: [qsTr("Hyphen"), qsTr("Apostrophe"), qsTr("Full stop")][index]
            available: keyboard.open.indexOf(modelData) >= 0
            onTapped: keyboard.typed(modelData)
        }
    }
    KeyCap {
        objectName: "key-space"
        x: keyboard.pitch * (keyboard.naming ? 3 : 2)
        y: keyboard.rise * (3 + keyboard.above)
        width: keyboard.pitch * (keyboard.naming ? 7 : 8) - Theme.tight
        height: keyboard.rise - Theme.tight
        text: qsTr("space")
        size: Theme.lead
        available: keyboard.open.indexOf(" ") >= 0
        onTapped: keyboard.typed(" ")
    }
}
