pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// Letters and figures for names of stations; nothing here knows stations: `open` says which keys lead somewhere.
Item {
    id: keyboard

    property string open // letters and figures that lead to a station, in one string; " " = the space bar
    property bool figures: false
    property bool erasable: false
    readonly property list<string> rows: figures ? ["1234567890", "", ""] : ["qwertyuiop", "asdfghjkl", "zxcvbnm"]
    readonly property real pitch: width / 10
    readonly property real rise: height / 4
    signal typed(string letter)
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
            y: keyboard.rise * letters.line
            width: keyboard.pitch - Theme.tight
            height: keyboard.rise - Theme.tight
            text: letter
            available: keyboard.open.indexOf(letter) >= 0
            onTapped: keyboard.typed(letter)
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
        objectName: "key-erase"
        x: keyboard.pitch * 8
        y: keyboard.rise * 2
        width: keyboard.pitch * 2 - Theme.tight
        height: keyboard.rise - Theme.tight
        icon: "backspace"
        label: qsTr("Erase one letter")
        available: keyboard.erasable
        onTapped: keyboard.erased()
    }
    KeyCap {
        objectName: "key-figures"
        y: keyboard.rise * 3
        width: keyboard.pitch * 2 - Theme.tight
        height: keyboard.rise - Theme.tight
        text: keyboard.figures ? "abc" : "123"
        size: Theme.lead
        onTapped: keyboard.figures = !keyboard.figures
    }
    KeyCap {
        objectName: "key-space"
        x: keyboard.pitch * 2
        y: keyboard.rise * 3
        width: keyboard.pitch * 8 - Theme.tight
        height: keyboard.rise - Theme.tight
        text: qsTr("space")
        size: Theme.lead
        available: keyboard.open.indexOf(" ") >= 0
        onTapped: keyboard.typed(" ")
    }
}
