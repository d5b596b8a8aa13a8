import QtQuick
import Kiosk.Theme

// A stroke icon of assets/icons, drawn in the colour asked for.
Image {
    property string name
    property color color: Theme.ink
    property int size: 36
    readonly property int pixels: Math.round(size * Theme.zoom)

    width: size
    height: size
    sourceSize: Qt.size(pixels, pixels)
    source: name === "" ? "" : "image://icon/" + name + "/" + String(color).replace("#", "")
}
