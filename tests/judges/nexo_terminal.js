// A terminal made of the vendor's own code (its crypto, its message types), for our driver to talk to.
// Arguments: file with certificate and key, passphrase. Prints {"port": ...}, then a JSON line for each message it heard.
const https = require("https");
const fs = require("fs");
const NexoCrypto = require("@adyen/api-library/lib/src/security/nexoCrypto").default;
const { ObjectSerializer } = require("@adyen/api-library/lib/src/typings/terminal/models");

const [pem, passphrase] = process.argv.slice(2);
const key = { AdyenCryptoVersion: 1, KeyIdentifier: "till", KeyVersion: 1, Passphrase: passphrase };
const kept = {};

function poi(service) {
  return { POITransactionID: { TransactionID: `BV0q.${service}`, TimeStamp: "2026-09-21T08:00:00.000Z" } };
}

function bodyFor(category, service, asked) {
  if (category === "Payment") {
    const amounts = asked.PaymentTransaction.AmountsReq;
    return {
      Response: { Result: "Success" },
      SaleData: asked.SaleData,
      POIData: poi(service),
      PaymentResult: {
        AmountsResp: { Currency: amounts.Currency, AuthorizedAmount: amounts.RequestedAmount },
        PaymentInstrumentData: { CardData: { MaskedPan: "541333 **** 9999" } },
      },
    };
  }
  if (category === "Reversal") return { Response: { Result: "Success" }, POIData: poi(service) };
  if (category === "Diagnosis") return { Response: { Result: "Success" }, POIStatus: { GlobalStatus: "OK" } };
  const about = asked.MessageReference;
  const found = kept[about.ServiceID];
  if (!found) return { Response: { Result: "Failure", ErrorCondition: "NotFound" } };
  return { Response: { Result: "Success" }, RepeatedMessageResponse: found };
}

const server = https.createServer({ cert: fs.readFileSync(pem), key: fs.readFileSync(pem) }, (request, reply) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    try {
      const sealed = JSON.parse(Buffer.concat(parts)).SaleToPOIRequest;
      const text = new NexoCrypto().decrypt(sealed, key);
      const plain = JSON.parse(text);
      const typed = ObjectSerializer.deserialize(plain, "TerminalApiRequest").SaleToPOIRequest;
      const header = typed.MessageHeader;
      const category = header.MessageCategory;
      const asked = typed[`${category}Request`];
      const body = category === "Abort" ? null : bodyFor(category, header.ServiceID, asked);
      console.log(JSON.stringify({
        path: request.url, category, service: header.ServiceID, same: JSON.stringify(sealed.MessageHeader) ===
          JSON.stringify(plain.SaleToPOIRequest.MessageHeader),
        request: ObjectSerializer.serialize(asked, `${category}Request`),
      }));
      if (body === null) return reply.end();
      const answerHeader = { ...plain.SaleToPOIRequest.MessageHeader, MessageType: "Response" };
      const answer = { SaleToPOIResponse: { MessageHeader: answerHeader, [`${category}Response`]: body } };
      if (["Payment", "Reversal"].includes(category)) {
        kept[header.ServiceID] = {
          MessageHeader: answerHeader, RepeatedResponseMessageBody: { [`${category}Response`]: body },
        };
      }
      const typedAnswer = ObjectSerializer.deserialize(answer, "TerminalApiResponse");
      const words = JSON.stringify(ObjectSerializer.serialize(typedAnswer, "TerminalApiResponse"));
      const locked = NexoCrypto.encrypt(answerHeader, words, key);
      reply.setHeader("Content-Type", "application/json");
      reply.end(JSON.stringify({ SaleToPOIResponse: locked }));
    } catch (error) {
      console.log(JSON.stringify({ error: String(error) }));
      reply.statusCode = 500;
      reply.end();
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
