import QtQuick
import Kiosk.Theme

// One sentence with a sign in front.
Item {
    id: note

    property string icon: "check"
    property string text
    property int size: Theme.body
    property bool strong: false
    property color tint: Theme.ink
    property int indent: Math.round(size * 1.9)

    implicitHeight: words.implicitHeight

    Icon {
        y: Math.round(note.size * 0.14)
        name: note.icon
        size: Math.round(note.size * 1.15)
        color: note.tint
    }
    Words {
        id: words

        x: note.indent
        width: parent.width - x
        wrapMode: Text.WordWrap
        lineHeight: 1.02
        text: note.text
        size: note.size
        strong: note.strong
        color: note.tint
    }
}
