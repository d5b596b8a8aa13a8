// A merchant made of the official npm library `alipay-sdk` at the simulated gateway: it signs, proves every answer and
// notification. Arguments: port, control port, folder of the keys. Prints what it saw as JSON.
const fs = require("fs");
const http = require("http");
const net = require("net");
const { AlipaySdk } = require("alipay-sdk");

const [port, control, folder] = process.argv.slice(2);
const ids = JSON.parse(fs.readFileSync(`${folder}/ids.json`, "utf8"));
const settings = {
  appId: ids.app_id, gateway: `http://127.0.0.1:${port}/gateway.do`,
  alipayPublicKey: fs.readFileSync(`${folder}/alipay.pem`, "ascii"),
};
const merchant = new AlipaySdk({ ...settings, privateKey: fs.readFileSync(`${folder}/app_private.pem`, "ascii") });

function payer(order) {
  return new Promise((resolve, reject) => {
    const link = net.connect(Number(control), "127.0.0.1", () => link.write(JSON.stringify(order) + "\n"));
    link.on("error", reject).on("data", (answer) => { link.end(); resolve(JSON.parse(answer)); });
  });
}

async function main() {
  const seen = [];
  let told;
  const heard = new Promise((resolve) => (told = resolve));
  const ear = http.createServer((request, answer) => {
    let body = "";
    request.setEncoding("utf8").on("data", (more) => (body += more)).on("end", () => {
      const fields = Object.fromEntries(new URLSearchParams(body));
      answer.end("success");
      told([merchant.checkNotifySignV2(fields), fields]);
    });
  });
  await new Promise((ready) => ear.listen(0, "127.0.0.1", ready));
  const notifyUrl = `http://127.0.0.1:${ear.address().port}/`;
  const ask = (method, bizContent, more = {}) =>
    merchant.exec(`alipay.trade.${method}`, { bizContent, ...more }, { validateSign: true });
  const order = { outTradeNo: "judge0001", totalAmount: "553.00", subject: "车票" };
  const shown = await ask("precreate", order, { notifyUrl });
  seen.push(["precreate", shown.code, shown.qrCode.startsWith("https://qr.alipay.com/")]);
  seen.push(["query", (await ask("query", { outTradeNo: "judge0001" })).subCode]);
  await payer({ do: "scan", code: shown.qrCode });
  const [genuine, fields] = await heard;
  seen.push(["notification", genuine, fields.out_trade_no, fields.trade_status, fields.total_amount]);
  const paid = await ask("query", { outTradeNo: "judge0001" });
  seen.push(["query", paid.tradeStatus, paid.totalAmount, paid.tradeNo === fields.trade_no]);
  const back = { outTradeNo: "judge0001", refundAmount: "3.00", outRequestNo: "back0001" };
  seen.push(["refund", (await ask("refund", back)).fundChange, (await ask("refund", back)).fundChange]);
  const found = await ask("fastpay.refund.query", { outTradeNo: "judge0001", outRequestNo: "back0001" });
  seen.push(["refund query", found.refundStatus, found.refundAmount]);
  seen.push(["too much", (await ask("refund", { ...back, refundAmount: "550.01", outRequestNo: "back0002" })).code]);
  const held = { ...order, scene: "bar_code", authCode: "281234567890123456" };
  seen.push(["pay", (await ask("pay", { ...held, outTradeNo: "judge0002" })).code]);
  seen.push(["cancel", (await ask("cancel", { outTradeNo: "judge0002" })).action]);
  await payer({ do: "userpaying" });
  seen.push(["pay", (await ask("pay", { ...held, outTradeNo: "judge0003" })).code]);
  seen.push(["query", (await ask("query", { outTradeNo: "judge0003" })).tradeStatus]);
  seen.push(["cancel", (await ask("cancel", { outTradeNo: "judge0003" })).action]);
  seen.push(["query", (await ask("query", { outTradeNo: "judge0003" })).tradeStatus]);
  seen.push(["unknown", (await ask("cancel", { outTradeNo: "judge0004" })).action === undefined]);
  const { privateKey } = require("crypto").generateKeyPairSync("rsa", { modulusLength: 2048 });
  const stranger = new AlipaySdk({ ...settings, privateKey: privateKey.export({ type: "pkcs1", format: "pem" }) });
  const no = await stranger.exec("alipay.trade.query", { bizContent: { outTradeNo: "judge0001" } });
  seen.push(["stranger", no.subCode]);
  ear.close();
  console.log(JSON.stringify(seen));
}

main().catch((error) => { console.error(error); process.exit(1); });
