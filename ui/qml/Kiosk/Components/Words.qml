import QtQuick
import Kiosk.Theme

// The only text element.
Text {
    property int size: Theme.body
    property bool strong: false
    // where the words begin in their place
    readonly property real wordsX: horizontalAlignment === Text.AlignHCenter ? (width - contentWidth) / 2 : 0
    readonly property real wordsY: verticalAlignment === Text.AlignVCenter ? (height - contentHeight) / 2 : 0

    color: Theme.ink
    textFormat: Text.PlainText
    font.family: Theme.family
    font.pixelSize: size
    font.weight: strong ? Font.Bold : Font.Normal
    font.letterSpacing: size >= 56 ? -0.022 * size : size >= 40 ? -0.008 * size : 0
    font.hintingPreference: Font.PreferNoHinting
    lineHeight: size >= 56 ? 0.86 : 0.96
}
