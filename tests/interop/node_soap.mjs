// node-soap, driven by one JSON object in BANC_SOAP: wsdl, headers (XML), operation, content, and key, cert for mutual TLS.
import soap from "soap";

const told = JSON.parse(process.env.BANC_SOAP);
const tls = told.key ? { key: told.key, cert: told.cert } : {};
const client = await soap.createClientAsync(told.wsdl, { forceSoap12Headers: true, wsdl_options: tls });
if (told.key) client.setSecurity(new soap.ClientSSLSecurity(Buffer.from(told.key), Buffer.from(told.cert), {}));
for (const header of told.headers) client.addSoapHeader(header);
const seen = {};
try {
  const [result] = await client[`${told.operation}Async`](told.content);
  seen.result = result;
} catch (error) {
  seen.fault = error.root?.Envelope?.Body?.Fault ?? String(error);
}
console.log(JSON.stringify(seen));
