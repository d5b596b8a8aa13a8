// A foreign host (encrypted-smiley-secure-protocol) takes a note at the simulated validator over TCP.
// Arguments: port, control port, whole value of the note. Prints what it was told as JSON.
// (It can write eight channels only: sixteen ones are too great for its own number.) The library opens a serial port by itself; a socket stands in for the port, every byte of protocol is the library's.
const Module = require("module");
const net = require("net");

class Port extends net.Socket {
  constructor(address) {
    super();
    this.connect(Number(address), "127.0.0.1");
    this.on("connect", () => this.emit("open"));
  }
  drain(done) {
    done();
  }
  close() {
    this.destroy();
  }
}
// Today's OpenSSL no longer makes the small primes that the library asks it for.
const crypto = require("crypto");
crypto.createDiffieHellman = (bits) => ({ getPrime: () => Buffer.from(crypto.generatePrimeSync(bits)) });
const load = Module._load;
Module._load = (name, ...rest) => (name === "serialport" ? Port : load(name, ...rest));
const SSP = require("encrypted-smiley-secure-protocol");

const [port, control, value] = process.argv.slice(2);
const told = { events: [] };

function insert() {
  const order = net.connect(Number(control), "127.0.0.1");
  order.write(JSON.stringify({ do: "insert", value: Number(value) * 100 }) + "\n");
  order.on("data", () => order.end());
}

async function main() {
  const host = new SSP({ id: 0, timeout: 3000, fixedKey: "0123456701234567" });
  await host.open(port);
  await host.command("SYNC");
  await host.command("HOST_PROTOCOL_VERSION", { version: 6 });
  await host.initEncryption();
  told.serial = (await host.command("GET_SERIAL_NUMBER")).info.serial_number;
  const setup = await host.command("SETUP_REQUEST");
  told.setup = [setup.info.expanded_channel_country_code, setup.info.expanded_channel_value];
  const channels = Array(8).fill(true);
  told.inhibits = (await host.command("SET_CHANNEL_INHIBITS", { channels })).status;
  for (const name of ["READ_NOTE", "CREDIT_NOTE", "NOTE_STACKING", "NOTE_STACKED"]) {
    host.on(name, (info) => told.events.push([name, info.channel === undefined ? null : info.channel]));
  }
  const credited = new Promise((done) => host.on("CREDIT_NOTE", done));
  await host.enable();
  insert();
  await credited;
  await host.disable();
  await new Promise((done) => setTimeout(done, 700)); // its last poll is still under way, and takes the next answer
  told.counters = (await host.command("GET_COUNTERS")).info;
  console.log(JSON.stringify(told));
  host.close();
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
