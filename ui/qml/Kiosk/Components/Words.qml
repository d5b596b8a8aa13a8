import QtQuick
import Kiosk.Theme

// The only text element.
Text {
    property int size: Theme.body
    property bool strong: false

    color: Theme.ink
    textFormat: Text.PlainText
    font.family: Theme.family
    font.pixelSize: size
    font.weight: strong ? Font.Bold : Font.Normal
    font.letterSpacing: size >= 56 ? -0.022 * size : size >= 40 ? -0.008 * size : 0
    font.hintingPreference: Font.PreferNoHinting
    lineHeight: size >= 56 ? 0.86 : 0.96
}
