import QtQuick
import Kiosk
import Kiosk.Theme

// The ride or the performance that is about to be bought.
Item {
    id: ride

    required property PayViewModel pay
    property bool stacked: false // places below the day instead of beside it

    implicitHeight: line.y + line.height + Theme.small

    Rule {
        id: rule

        width: parent.width
    }
    Words {
        id: day

        y: 18
        width: parent.width
        elide: Text.ElideRight
        text: ride.pay.day
        size: Theme.lead
        strong: true
    }
    Words {
        id: places

        x: parent.width - width
        y: ride.stacked ? day.y + day.height + 4 : day.y
        width: ride.stacked ? parent.width : parent.width - day.implicitWidth - Theme.gap
        horizontalAlignment: ride.stacked ? Text.AlignLeft : Text.AlignRight
        wrapMode: Text.WordWrap
        text: ride.pay.places
        size: Theme.lead
        strong: true
    }
    JourneyLine {
        id: line

        y: Math.max(day.y + day.height, places.text === "" ? 0 : places.y + places.height) + 20
        width: parent.width
        departs: ride.pay.departs
        arrives: ride.pay.arrives
        from: ride.pay.origin
        fromOther: ride.pay.originOther
        to: ride.pay.destination
        toOther: ride.pay.destinationOther
        between: ride.pay.between
    }
}
