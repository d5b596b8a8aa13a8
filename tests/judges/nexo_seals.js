// Seals and opens with the vendor's code. Reads JSON lines {"seal": text} or {"open": sealed}; answers each with a line.
const NexoCrypto = require("@adyen/api-library/lib/src/security/nexoCrypto").default;
const readline = require("readline");

const key = { AdyenCryptoVersion: 1, KeyIdentifier: "till", KeyVersion: 1, Passphrase: process.argv[2] };
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  let said;
  try {
    said = "seal" in asked ? { sealed: NexoCrypto.encrypt({}, asked.seal, key) }
      : { text: new NexoCrypto().decrypt(asked.open, key) };
  } catch (error) {
    said = { refused: String(error) };
  }
  console.log(JSON.stringify(said));
});
