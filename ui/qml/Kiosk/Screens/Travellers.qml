pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Components
import Kiosk.Theme

// Who travels, and in which class if there is a choice.
Frame {
    id: screen

    readonly property int classCount: sale.party.classes.count
    readonly property int classColumns: wide ? 1 : Math.min(3, Math.max(1, classCount))
    readonly property int tile: Theme.large ? 176 : 136
    readonly property int classRows: Math.ceil(classCount / classColumns)

    asideHeight: wide || classCount === 0 ? 0 : classRows * tile + (classRows - 1) * 12

    aside: Grid {
        id: classes

        width: parent.width
        columns: screen.classColumns
        spacing: 12

        Repeater {
            model: screen.sale.party.classes

            ClassTile {
                required title
                required price
                required leftText
                required chosen
                required available
                required property string key

                objectName: "class-" + key
                label: title + ", " + price
                width: (classes.width - (classes.columns - 1) * classes.spacing) / classes.columns
                height: screen.wide ? Math.min(screen.tile, (screen.side.height + 12) / Math.max(1, screen.classCount) - 12) : screen.tile
                onTapped: screen.sale.party.chooseClass(key)
            }
        }
    }

    Column {
        id: people

        readonly property int count: Math.max(1, screen.sale.party.people.count)

        width: parent.width

        Repeater {
            model: screen.sale.party.people

            PersonRow {
                required key
                required icon
                required title
                required detail
                required price
                required count
                required canMore
                width: people.width
                height: Math.min(Theme.large ? 200 : 184, (screen.area.height - 12) / people.count)
                onMore: screen.sale.party.more(key)
                onFewer: screen.sale.party.fewer(key)
            }
        }
        Rule {
            width: people.width
        }
    }
    Column {
        y: people.height + Theme.gap
        visible: y + height <= screen.area.height
        width: parent.width

        Repeater {
            model: screen.sale.party.lines

            PriceLine {
                required what
                required detail
                required amount
                width: people.width
                size: Theme.large ? Theme.body : Theme.lead
            }
        }
    }
}
