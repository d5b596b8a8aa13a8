import QtQuick
import Kiosk.Theme

// A small word and, below it, the thing to read from afar.
Column {
    id: fact

    property string label
    property string value
    property int size: Theme.figure

    spacing: 4

    Words {
        text: fact.label
        color: Theme.quiet
    }
    Words {
        text: fact.value
        size: fact.size
        strong: true
    }
}
