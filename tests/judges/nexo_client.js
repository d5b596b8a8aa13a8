// The vendor's client library buys, asks and gives back at the simulated terminal.
// Arguments: port, file of the root certificate, passphrase ("" = in the open). Prints what it was answered as JSON.
const { Client, EnvironmentEnum, TerminalLocalAPI } = require("@adyen/api-library");
const TerminalLocalAPIUnencrypted = require("@adyen/api-library/lib/src/services/terminalLocalAPIUnencrypted").default;

const [port, root, passphrase] = process.argv.slice(2);
const POI = "V400m-346403161";
const key = { AdyenCryptoVersion: 1, KeyIdentifier: "till", KeyVersion: 1, Passphrase: passphrase };
const client = new Client({
  apiKey: "unused",
  environment: EnvironmentEnum.TEST,
  // The library adds ":8443/nexo/" to this; the simulator listens elsewhere and looks at the end of the path only.
  terminalApiLocalEndpoint: `https://127.0.0.1:${port}/judge`,
  certificatePath: root,
});
const api = passphrase ? new TerminalLocalAPI(client) : new TerminalLocalAPIUnencrypted(client);

let count = 0;
function header(category) {
  count += 1;
  return {
    ProtocolVersion: "3.0", MessageClass: "Service", MessageCategory: category, MessageType: "Request",
    SaleID: "judge", ServiceID: `J${count}`, POIID: POI,
  };
}

async function ask(category, body) {
  const MessageHeader = header(category);
  const request = { SaleToPOIRequest: { MessageHeader, [`${category}Request`]: body } };
  const answer = await (passphrase ? api.request(request, key) : api.request(request));
  const response = answer.SaleToPOIResponse;
  if (response.MessageHeader.ServiceID !== MessageHeader.ServiceID) throw new Error("an answer for another message");
  return { service: MessageHeader.ServiceID, body: response[`${category}Response`] };
}

const stamp = new Date().toISOString();
const sale = (id, currency, amount) => ({
  SaleData: { SaleTransactionID: { TransactionID: id, TimeStamp: stamp } },
  PaymentTransaction: { AmountsReq: { Currency: currency, RequestedAmount: amount } },
});
const asked = (category, service) => ({
  MessageReference: { MessageCategory: category, ServiceID: service, SaleID: "judge", POIID: POI },
  ReceiptReprintFlag: false,
});

(async () => {
  const said = [];
  const diagnosis = await ask("Diagnosis", { HostDiagnosisFlag: true });
  said.push(["diagnosis", diagnosis.body.Response.Result, diagnosis.body.POIStatus.GlobalStatus]);
  for (const [id, currency, amount] of [["one", "EUR", 12.5], ["two", "JPY", 993], ["three", "EUR", 0.07]]) {
    const paid = await ask("Payment", sale(id, currency, amount));
    const result = paid.body.PaymentResult;
    said.push(["sale", paid.body.Response.Result, result.AmountsResp.Currency, result.AmountsResp.AuthorizedAmount]);
    const status = await ask("TransactionStatus", asked("Payment", paid.service));
    const again = status.body.RepeatedMessageResponse;
    said.push(["status", again.MessageHeader.ServiceID === paid.service,
      again.RepeatedResponseMessageBody.PaymentResponse.POIData.POITransactionID.TransactionID ===
        paid.body.POIData.POITransactionID.TransactionID]);
    const back = await ask("Reversal", {
      OriginalPOITransaction: { POITransactionID: paid.body.POIData.POITransactionID },
      ReversalReason: "MerchantCancel",
    });
    const twice = await ask("Reversal", {
      OriginalPOITransaction: { POITransactionID: paid.body.POIData.POITransactionID },
      ReversalReason: "MerchantCancel",
    });
    said.push(["reversal", back.body.Response.Result, twice.body.Response.Result, twice.body.Response.ErrorCondition]);
  }
  const nothing = await ask("TransactionStatus", asked("Payment", "NEVERSENT"));
  said.push(["unknown", nothing.body.Response.Result, nothing.body.Response.ErrorCondition]);
  console.log(JSON.stringify(said));
})().catch((error) => { console.error(error); process.exit(1); });
