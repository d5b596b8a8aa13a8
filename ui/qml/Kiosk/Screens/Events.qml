pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Performances on sale.
Frame {
    id: screen

    readonly property int rowHeight: Theme.large ? 196 : 152
    readonly property int rows: Math.floor((area.height + Theme.small) / (rowHeight + Theme.small))

    Column {
        id: list

        width: parent.width
        spacing: Theme.small

        Repeater {
            model: screen.sale.attract.events

            Plate {
                id: performance
                required available

                required property int index
                required property int key
                required property string title
                required property string when
                required property string detail

                objectName: "event-" + key
                label: title + ", " + when
                visible: index < screen.rows
                width: list.width
                height: screen.rowHeight
                onTapped: screen.sale.attend(key)

                Column {
                    x: 32
                    width: parent.width - x - 92
                    anchors.verticalCenter: parent.verticalCenter
                    spacing: 4

                    Words {
                        width: parent.width
                        elide: Text.ElideRight
                        text: performance.title
                        size: Theme.large ? 44 : 40
                        strong: true
                        color: performance.available ? Theme.ink : Theme.quiet
                    }
                    Words {
                        width: parent.width
                        elide: Text.ElideRight
                        text: performance.when
                        color: performance.available ? Theme.ink : Theme.quiet
                    }
                    Words {
                        width: parent.width
                        elide: Text.ElideRight
                        text: performance.detail
                        size: Theme.caption
                        color: Theme.quiet
                    }
                }
                Icon {
                    visible: performance.available
                    anchors.right: parent.right
                    anchors.rightMargin: 28
                    anchors.verticalCenter: parent.verticalCenter
                    name: "chevron-right"
                    size: 36
                    color: Theme.quiet
                }
            }
        }
    }
}
