// The library's packets under a key, and what it makes of ours. Argument: a JSON file {agreed, ours: [hex packets]}.
// Prints {theirs: [[command, packet]], read: [[data, count]]} as JSON.
const Module = require("module");
const fs = require("fs");
const load = Module._load;
Module._load = (name, ...rest) => (name === "serialport" ? class {} : load(name, ...rest));
const SSP = require("encrypted-smiley-secure-protocol");
const Parser = require("encrypted-smiley-secure-protocol/src/parser");
const { int64LE } = require("encrypted-smiley-secure-protocol/src/utils");
const aesjs = require("aes-js");

const given = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const host = new SSP({ id: 0, fixedKey: "0123456701234567" });
const fixed = int64LE(Buffer.from(host.keys.fixedKey, "hex").readBigInt64BE());
host.keys.key = BigInt(given.agreed);
host.aesEncryption = new aesjs.ModeOfOperation.ecb(Buffer.concat([fixed, int64LE(host.keys.key)]), null, 0);
const theirs = ["POLL", "ENABLE", "GET_SERIAL_NUMBER", "HOLD", "GET_COUNTERS"].map((command, count) => {
  host.count = count;
  return [command, host.getPacket(command, []).toString("hex")];
});

const parser = new Parser({ id: 0 });
const read = [];
parser.on("data", (packet) => {
  host.currentCommand = "POLL";
  const said = host.parsePacket(packet);
  read.push([said.success === true, host.count, (Array.isArray(said.info) ? said.info : []).map((each) => each.code)]);
});
for (const packet of given.ours) parser.write(Buffer.from(packet, "hex"));
parser.end(() => console.log(JSON.stringify({ theirs, read })));
