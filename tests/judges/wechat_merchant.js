// A merchant made of the npm library `wechatpay-node-v3` at the simulated gateway: it signs, proves every answer and
// notification, opens what is sealed. Arguments: port, control port, folder of the keys. Prints what it saw as JSON.
const fs = require("fs");
const http = require("http");
const net = require("net");
const Pay = require("wechatpay-node-v3");

const [port, control, folder] = process.argv.slice(2);
const ids = JSON.parse(fs.readFileSync(`${folder}/ids.json`, "utf8"));
const secret = fs.readFileSync(`${folder}/apiv3.txt`, "utf8").trim();
const own = { appid: ids.appid, mchid: ids.mchid, publicKey: Buffer.from("unused"), key: secret };
const merchant = new Pay({ ...own, serial_no: ids.serial, privateKey: fs.readFileSync(`${folder}/merchant.pem`) });
let proved = 0;

function exchange(method, url, body, headers) {
  const path = url.replace("https://api.mch.weixin.qq.com", "");
  const text = body === undefined ? "" : JSON.stringify(body);
  const options = { method, port, path, headers: { ...headers, "Content-Length": Buffer.byteLength(text) } };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (answer) => {
      let said = "";
      answer.setEncoding("utf8").on("data", (more) => (said += more)).on("end", async () => {
        if (answer.statusCode < 300 && !path.startsWith("/v3/certificates")) {
          if (!(await proof(answer.headers, said))) return reject(new Error(`${path}: not signed by the platform`));
          proved += 1;
        }
        resolve({ status: answer.statusCode, data: said ? JSON.parse(said) : {}, error: said });
      });
    });
    request.on("error", reject).end(text);
  });
}

function proof(headers, body) {
  return merchant.verifySign({
    body, apiSecret: secret, timestamp: headers["wechatpay-timestamp"], nonce: headers["wechatpay-nonce"],
    serial: headers["wechatpay-serial"], signature: headers["wechatpay-signature"],
  });
}

function line(pay) {
  pay.createHttp({
    get: (url, headers) => exchange("GET", url, undefined, headers),
    post: (url, body, headers) => exchange("POST", url, body, headers),
  });
}

function payer(order) {
  return new Promise((resolve, reject) => {
    const link = net.connect(Number(control), "127.0.0.1", () => link.write(JSON.stringify(order) + "\n"));
    link.on("error", reject).on("data", (answer) => { link.end(); resolve(JSON.parse(answer)); });
  });
}

async function main() {
  line(merchant);
  const seen = [];
  let told;
  const heard = new Promise((resolve) => (told = resolve));
  const ear = http.createServer((request, answer) => {
    let body = "";
    request.setEncoding("utf8").on("data", (more) => (body += more)).on("end", async () => {
      const genuine = await proof(request.headers, body);
      const { ciphertext, associated_data, nonce } = JSON.parse(body).resource;
      answer.end('{"code":"SUCCESS","message":""}');
      told([genuine, merchant.decipher_gcm(ciphertext, associated_data, nonce, secret)]);
    });
  });
  await new Promise((ready) => ear.listen(0, "127.0.0.1", ready));
  const order = (number) => ({
    description: "车票", out_trade_no: number, notify_url: `http://127.0.0.1:${ear.address().port}/`,
    amount: { total: 55300, currency: "CNY" }, scene_info: { payer_client_ip: "127.0.0.1" },
  });
  const native = await merchant.transactions_native(order("judge0001"));
  seen.push(["native", native.status, native.data.code_url.startsWith("weixin://wxpay/bizpayurl?pr=")]);
  seen.push(["query", (await merchant.query({ out_trade_no: "judge0001" })).data.trade_state]);
  await payer({ do: "scan", code: native.data.code_url });
  const [genuine, told_] = await heard;
  seen.push(["notification", genuine, told_.out_trade_no, told_.trade_state, told_.amount.total]);
  const paid = (await merchant.query({ out_trade_no: "judge0001" })).data;
  seen.push(["query", paid.trade_state, paid.amount.total, paid.transaction_id === told_.transaction_id]);
  seen.push(["close paid", (await merchant.close("judge0001")).status]);
  const back = { out_trade_no: "judge0001", out_refund_no: "back0001", reason: "judge",
    amount: { refund: 300, total: 55300, currency: "CNY" } };
  seen.push(["refund", (await merchant.refunds(back)).data.status, (await merchant.refunds(back)).data.status]);
  seen.push(["refund query", (await merchant.find_refunds("back0001")).data.amount.refund]);
  const more = { ...back, out_refund_no: "back0002", amount: { ...back.amount, refund: 55001 } };
  seen.push(["too much", (await merchant.refunds(more)).status]);
  await merchant.transactions_native(order("judge0002"));
  seen.push(["close", (await merchant.close("judge0002")).status]);
  seen.push(["query", (await merchant.query({ out_trade_no: "judge0002" })).data.trade_state]);
  seen.push(["unknown", (await merchant.query({ out_trade_no: "judge0003" })).status]);
  const { privateKey } = require("crypto").generateKeyPairSync("rsa", { modulusLength: 2048 });
  const stranger = new Pay({ ...own, serial_no: ids.serial, privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) });
  line(stranger);
  seen.push(["stranger", (await stranger.query({ out_trade_no: "judge0001" })).status]);
  ear.close();
  console.log(JSON.stringify({ seen, proved }));
}

main().catch((error) => { console.error(error); process.exit(1); });
