// A receipt by node-thermal-printer, as ESC/POS; its bytes in hexadecimal.
const { ThermalPrinter, PrinterTypes, CharacterSet } = require('node-thermal-printer');
const code = process.argv[2];
const printer = new ThermalPrinter({
    type: PrinterTypes.EPSON,
    interface: 'tcp://127.0.0.1:1',
    characterSet: CharacterSet.PC437_USA,
    width: 48,
});
printer.alignCenter();
printer.setTextDoubleHeight();
printer.setTextDoubleWidth();
printer.println('Beijing South');
printer.setTextNormal();
printer.alignLeft();
printer.leftRight('Departure', '07:00');
printer.tableCustom([{ text: 'Total', align: 'LEFT', width: 0.5 }, { text: '662.00', align: 'RIGHT', width: 0.5 }]);
printer.drawLine();
printer.printQR(code, { cellSize: 6, correction: 'M' });
printer.printBarcode('4006381333931', 67, { width: 3, height: 72 });
printer.cut();
process.stdout.write(printer.getBuffer().toString('hex'));
