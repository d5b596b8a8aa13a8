// A receipt by @point-of-sale/receipt-printer-encoder, as ESC/POS; its bytes in hexadecimal.
const library = require('@point-of-sale/receipt-printer-encoder');
const Encoder = library.default || library;
const code = process.argv[2];
const job = new Encoder({ language: 'esc-pos', columns: 48 })
    .initialize()
    .codepage('cp437')
    .bold(true).width(2).height(2).line('Beijing South').width(1).height(1).bold(false)
    .table([{ width: 24, align: 'left' }, { width: 24, align: 'right' }], [['Departure', '07:00'], ['Total', '662.00']])
    .rule()
    .align('center')
    .qrcode(code, { size: 6 })
    .barcode('4006381333931', 'ean13', { height: 72, width: 2 })
    .newline()
    .cut()
    .encode();
process.stdout.write(Buffer.from(job).toString('hex'));
