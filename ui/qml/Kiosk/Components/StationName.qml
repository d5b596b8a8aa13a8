import QtQuick
import Kiosk.Theme

// A name in the passenger's language and, a little smaller on the same baseline, in the other one.
Item {
    id: station

    property string name
    property string other
    property int size: Theme.lead
    property bool strong: true
    property color color: Theme.ink
    property color quiet: Theme.quiet
    property real room: 100000 // width at hand; the second name goes first when it is short
    readonly property bool roomy: second.x + second.implicitWidth <= room

    implicitWidth: roomy && other !== "" ? second.x + second.implicitWidth : first.width
    implicitHeight: first.implicitHeight
    baselineOffset: first.baselineOffset

    Words {
        id: first

        width: Math.min(implicitWidth, station.room)
        elide: Text.ElideRight
        text: station.name
        size: station.size
        strong: station.strong
        color: station.color
    }
    Words {
        id: second

        visible: station.roomy
        anchors.baseline: first.baseline
        x: first.width + Math.round(station.size * 0.36)
        text: station.other
        size: Math.round(station.size * 0.82)
        color: station.quiet
    }
}
