// npm's oidc-provider, answering JWT access tokens signed RS256 to the client credentials grant.
// Arguments: the files of a certificate and of its key, to answer behind TLS; none, in clear.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import Provider from "oidc-provider";
import { exportJWK, generateKeyPair } from "jose";

const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "bench" };
const provider = new Provider("http://127.0.0.1", {
  clients: [
    { client_id: "bench", client_secret: "secret", grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
  ],
  jwks: { keys: [key] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "urn:api",
      getResourceServerInfo: () => ({
        scope: "api",
        audience: "urn:api",
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});
const [cert, key_file] = process.argv.slice(2).map((path) => readFileSync(path));
const server = cert
  ? https.createServer({ cert, key: key_file }, provider.callback())
  : http.createServer(provider.callback());
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
