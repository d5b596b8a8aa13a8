// Foreign readers of payment codes. Standard input: [[kind, text, facts], ...] as read from pictures. Prints, for each,
// what the library understood, or for a Swiss bill the text it writes for the same facts.
const fs = require("fs");
const path = require("path");
const { parse } = require("promptparse");
const pix = require("@pix.js/core");

const tags = (code, ...names) => names.map((name) => code.getTagValue(...name.split(".")) ?? null);
const readers = {
  promptpay: (text) => {
    const code = parse(text, true); // strict: the checksum too
    return code && tags(code, "29.00", "29.01", "29.02", "29.03", "30.00", "30.01", "30.02", "53", "54", "58");
  },
  pix: (text) => {
    const found = pix.parseStaticPix(text);
    const code = parse(text, true);
    return [found, code && tags(code, "26.01", "54", "59", "60", "62.05")];
  },
  swiss: (text, facts) => {
    const library = path.dirname(require.resolve("swissqrbill/utils"));
    return require(path.join(library, "qr-code.cjs")).generateQRData(facts);
  },
};
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([kind, text, facts]) => readers[kind](text, facts))));
