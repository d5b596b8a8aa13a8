// A receipt in receiptline's own language, as ESC/POS; its bytes in hexadecimal.
const receiptline = require('receiptline');
const code = process.argv[2];
const doc = [
    '^^^Beijing South',
    '{width:24,24}',
    '|Departure | 07:00|',
    '|Total | 662.00|',
    '{width:*}',
    '---',
    `{code:${code}; option:qrcode,6,M}`,
    '{code:4006381333931; option:ean,2,72,hri}',
    '{code:2026112500017; option:code128,2,72}',
    '=',
].join('\n');
const job = receiptline.transform(doc, { cpl: 48, encoding: 'cp437', command: 'escpos', cutting: true });
process.stdout.write(Buffer.from(job, 'latin1').toString('hex'));
