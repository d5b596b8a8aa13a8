import QtQuick
import Kiosk.Theme

// A line between two things.
Rectangle {
    height: Theme.stroke
    color: Theme.line
}
