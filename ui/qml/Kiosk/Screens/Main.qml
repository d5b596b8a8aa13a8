pragma ComponentBehavior: Bound
import QtQuick
import Kiosk.Theme

// The kiosk's only window (some displays have room for one). It is painted before anything is opened, so it knows no
// view-model; once these are there, the screens are made behind the opening one and take its place when they are true.
Window {
    id: window

    required property var sign // what is known at once, see Opening
    property real unitsWide: 0 // width of the picture in units of 1/3.21 mm; 0 = as many as the design has
    property QtObject sale: null
    property QtObject terminal: null // the last to be set
    property string stage: "opening" // the screens say what follows
    readonly property bool broken: screens.status === Loader.Error
    readonly property bool wide: width > height
    readonly property real designWide: wide ? 1920 : 1080
    readonly property real designHigh: wide ? 1080 : 1920

    // Sizes follow from millimetres, but never so large that the design does not fit.
    readonly property real zoom: width <= 0 || height <= 0 ? 1 : Math.min(unitsWide > 0 ? width / unitsWide : width / designWide, width / designWide, height / designHigh)

    title: qsTr("Kiosk")
    color: Theme.ground
    onTerminalChanged: screens.setSource("Stages.qml", {
        shell: window,
        sale: window.sale,
        terminal: window.terminal
    })

    Binding {
        target: Theme
        property: "zoom"
        value: window.zoom
    }
    Item {
        width: window.width / window.zoom
        height: window.height / window.zoom
        scale: window.zoom
        transformOrigin: Item.TopLeft

        Loader {
            id: screens

            anchors.fill: parent
            visible: window.stage !== "opening"
        }
        Loader {
            anchors.fill: parent
            active: window.stage === "opening"
            visible: active // or it would lie over the screens, empty
            sourceComponent: Opening {
                machine: window.sign.machine
                staff: window.sign.staff
                station: window.sign.station
                other: window.sign.other
                board: window.sign.board
                language: window.sign.language
            }
        }
    }
}
