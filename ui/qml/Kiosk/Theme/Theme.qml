pragma Singleton
import QtQuick

// Every colour, size and space. Screens hold no literal colour and no font size of their own.
// Lengths are units of 1/3.21 mm; Main scales units to the pixels of the screen at hand.
QtObject {
    id: theme

    property string mode: "light" // light, dark, contrast
    property bool large: false
    property real zoom: 1 // pixels for one unit; pictures are drawn this much finer

    readonly property bool contrast: mode === "contrast"

    function pick(light: color, dark: color, high: color): color {
        return mode === "contrast" ? high : mode === "dark" ? dark : light;
    }

    readonly property color ground: pick("#EEF1F5", "#0D131D", "#000000")
    readonly property color plate: pick("#FFFFFF", "#1C2533", "#000000")
    readonly property color edge: pick("#6E7A8B", "#7F8CA0", "#FFFFFF")
    readonly property color line: pick("#C3CAD4", "#354154", "#FFFFFF")
    readonly property color ink: pick("#0E1726", "#F3F6FA", "#FFFFFF")
    readonly property color quiet: pick("#4A5464", "#A9B4C4", "#FFFFFF")
    readonly property color mute: pick("#DCE1E8", "#151D29", "#000000")
    readonly property color sign: pick("#0A1A33", "#000000", "#000000")
    readonly property color signInk: "#FFFFFF"
    readonly property color signQuiet: pick("#B9C6DC", "#B9C6DC", "#FFFFFF")
    readonly property color signLine: pick("#33456A", "#3A4760", "#FFFFFF")
    readonly property color accent: pick("#0A45D0", "#8AB0FF", "#FFE100")
    readonly property color accentLip: pick("#072F90", "#5F7AB0", "#B09B00")
    readonly property color accentInk: pick("#FFFFFF", "#07122B", "#000000")
    readonly property color wash: pick("#E4ECFD", "#20345C", "#000000")
    readonly property color care: pick("#7A4300", "#FFCF70", "#FFE100")
    readonly property color careWash: pick("#FFF1D0", "#3A2E12", "#000000")
    readonly property color veil: pick("#B30A1A33", "#CC000000", "#E6000000")

    // Verdicts at the gate are signals: the same in every theme. In the sun the ground is white and only the sign and a
    // frame have the colour: nothing is easier to read there than black on white.
    property bool sun: false
    readonly property color sunGround: "#FFFFFF"
    readonly property color sunInk: "#000000"
    readonly property var verdicts: ({
            go: "#00693E",
            look: "#FFD100",
            bye: "#0A45D0",
            again: "#3A4760",
            ask: "#5B1E96",
            wait: "#8A3D00",
            closed: "#000000",
            stop: "#B00020"
        })

    function verdict(sign: string): color {
        return verdicts[sign] ?? "#B00020";
    }
    function verdictInk(sign: string): color {
        return sign === "look" ? "#000000" : "#FFFFFF";
    }

    // The gate's own ground, where no verdict is.
    readonly property color gateGround: sun ? sunGround : sign
    readonly property color gateInk: sun ? sunInk : signInk
    readonly property color gateQuiet: sun ? sunInk : signQuiet
    readonly property color gateLine: sun ? sunInk : signLine
    readonly property color gatePlate: sun ? sunGround : "#1D3157"
    readonly property color gateEdge: sun ? sunInk : "#8FA3C8"

    // A code is read by machines: black on white in every theme.
    readonly property color codeInk: "#000000"
    readonly property color codePaper: "#FFFFFF"

    readonly property string family: "Noto Sans"
    readonly property real grow: large ? 1.4 : 1
    readonly property int caption: Math.round(24 * grow)
    readonly property int body: Math.round(28 * grow)
    readonly property int lead: Math.round(34 * grow)
    readonly property int title: large ? 56 : 44
    readonly property int figure: large ? 68 : 60
    readonly property int question: large ? 76 : 68
    readonly property int display: 132

    readonly property int margin: 60
    readonly property int wide: 40
    readonly property int gap: 24
    readonly property int small: 16
    readonly property int tight: 8
    readonly property int touch: 64
    readonly property int action: 104
    readonly property int radius: 10
    readonly property int lip: 4
    readonly property int stroke: contrast ? 4 : 2
}
