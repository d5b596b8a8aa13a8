pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// The kiosk's window and one Loader: which screen shows is a function of the stage.
Window {
    id: window

    required property SaleViewModel sale
    required property TerminalViewModel terminal
    property real unitsWide: 0 // width of the picture in units of 1/3.21 mm; 0 = as many as the design has
    readonly property bool wide: width > height
    readonly property string stage: terminal.outOfOrder && sale.stage === "attract" ? "outOfOrder" : sale.stage
    readonly property real designWide: wide ? 1920 : 1080
    readonly property real designHigh: wide ? 1080 : 1920

    // Sizes follow from millimetres, but never so large that the design does not fit.
    readonly property real zoom: width <= 0 || height <= 0 ? 1 : Math.min(unitsWide > 0 ? width / unitsWide : width / designWide, width / designWide, height / designHigh)

    title: qsTr("Kiosk")
    color: Theme.ground
    onStageChanged: {
        settle.restart();
        show();
    }
    Component.onCompleted: show()

    function show(): void {
        loader.setSource(stage.charAt(0).toUpperCase() + stage.slice(1) + ".qml", {
            sale: window.sale,
            terminal: window.terminal
        });
    }

    Binding {
        target: Theme
        property: "mode"
        value: window.terminal.mode
    }
    Binding {
        target: Theme
        property: "large"
        value: window.terminal.large
    }
    Binding {
        target: Theme
        property: "zoom"
        value: window.zoom
    }

    // The second tap of a hasty double tap must not reach the next screen.
    Timer {
        id: settle

        interval: 300
    }
    Item {
        width: window.width / window.zoom
        height: window.height / window.zoom
        scale: window.zoom
        transformOrigin: Item.TopLeft

        Loader {
            id: loader

            objectName: "screen"
            anchors.fill: parent
            enabled: !settle.running && window.terminal.overlay === ""
        }
        Message {
            anchors.fill: parent
            sale: window.sale
        }
        Overlay {
            anchors.fill: parent
            terminal: window.terminal
        }
    }
}
