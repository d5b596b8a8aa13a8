pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// A ride as a line with two stops.
Item {
    id: journey

    property string departs
    property string arrives
    property string from
    property string fromOther
    property string to
    property string toOther
    property string between
    property int size: 40
    readonly property bool one: to === "" // an event: one place, one time

    implicitHeight: one ? middle.y + middle.height : end.y + end.height

    Rectangle {
        visible: !journey.one
        x: 156
        y: journey.size * 0.68
        width: 6
        height: end.y - start.y
        color: Theme.ink
    }
    Repeater {
        model: journey.one ? [start.y] : [start.y, end.y]

        Rectangle {
            required property real modelData

            x: 146
            y: modelData + journey.size * 0.68 - 13
            width: 26
            height: 26
            radius: 13
            color: Theme.ground
            border.width: 6
            border.color: Theme.ink
        }
    }
    Words {
        id: start

        text: journey.departs
        size: journey.size
        strong: true
    }
    Words {
        id: title

        visible: journey.one
        x: 208
        anchors.baseline: start.baseline
        width: journey.width - x
        wrapMode: Text.WordWrap
        maximumLineCount: 3
        elide: Text.ElideRight
        text: journey.one ? journey.from : ""
        size: journey.size
        lineHeight: 1
    }
    StationName {
        visible: !journey.one
        x: 208
        room: journey.width - x
        anchors.baseline: start.baseline
        name: journey.from
        other: journey.fromOther
        size: journey.size
        strong: false
    }
    Words {
        id: middle

        x: 208
        y: (journey.one ? title.height : start.height) + 4
        width: journey.width - x
        wrapMode: Text.WordWrap
        text: journey.between
        color: Theme.quiet
    }
    Words {
        id: end

        visible: !journey.one
        y: middle.y + middle.height + 4
        text: journey.arrives
        size: journey.size
        strong: true
    }
    StationName {
        visible: !journey.one
        x: 208
        room: journey.width - x
        anchors.baseline: end.baseline
        name: journey.to
        other: journey.toOther
        size: journey.size
        strong: false
    }
}
