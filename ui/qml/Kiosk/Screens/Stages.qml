pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Components
import Kiosk.Theme

// One Loader: which screen shows is a function of the stage.
Item {
    id: stages

    required property Window shell
    required property SaleViewModel sale
    required property TerminalViewModel terminal
    readonly property string stage: terminal.outOfOrder && sale.stage === "attract" ? "outOfOrder" : sale.stage

    // The first one waits until it is known what works and where trains go, else it would say what is not so.
    readonly property bool ready: terminal.asked && sale.attract.asked || !patience.running

    onReadyChanged: settle.restart()
    onStageChanged: {
        settle.restart();
        show();
    }
    Component.onCompleted: show()

    function show(): void {
        loader.setSource(stage.charAt(0).toUpperCase() + stage.slice(1) + ".qml", {
            sale: stages.sale,
            terminal: stages.terminal
        });
    }

    Binding {
        target: stages.shell
        property: "stage"
        when: stages.ready
        value: stages.stage
    }
    Binding {
        target: Theme
        property: "mode"
        value: stages.terminal.mode
    }
    Binding {
        target: Theme
        property: "large"
        value: stages.terminal.large
    }

    // A device that does not answer must not keep the passenger from buying.
    Timer {
        id: patience

        interval: 2000
        running: true
    }
    // The second tap of a hasty double tap must not reach the next screen, nor one on a machine that seems asleep.
    Timer {
        id: settle

        interval: 300
    }
    Loader {
        id: loader

        objectName: "screen"
        anchors.fill: parent
        enabled: !settle.running && stages.terminal.overlay === ""
    }
    Message {
        sale: stages.sale
    }
    Overlay {
        anchors.fill: parent
        terminal: stages.terminal
    }
}
