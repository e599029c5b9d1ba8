// npm's oidc-provider: JWT access tokens signed RS256 for the client credentials grant, signed userinfo, refresh with an ID token.
// Prints its port, an access token for userinfo and a refresh token, of a person who is made up.
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
    {
      client_id: "bench",
      client_secret: "secret",
      grant_types: ["client_credentials", "authorization_code", "refresh_token"],
      redirect_uris: ["https://logiciel.example.test/callback"],
      response_types: ["code"],
      userinfo_signed_response_alg: "RS256",
    },
  ],
  jwks: { keys: [key] },
  rotateRefreshToken: false,
  ttl: { AccessToken: 3600, ClientCredentials: 600, Grant: 3600, IdToken: 600, RefreshToken: 3600 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, given_name: "Alix", family_name: "Essai" }) }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "urn:api",
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "api",
        audience: "urn:api",
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  },
});

const grant = new provider.Grant({ accountId: "alix", clientId: "bench" });
grant.addOIDCScope("openid offline_access");
grant.addResourceScope("urn:api", "api");
const granted = {
  accountId: "alix",
  client: await provider.Client.find("bench"),
  grantId: await grant.save(),
  gty: "authorization_code",
  claims: {},
};
const access = await new provider.AccessToken({ ...granted, scope: "openid" }).save();
const refresh = await new provider.RefreshToken({
  ...granted,
  scope: "openid offline_access api",
  resource: "urn:api",
  nonce: "n".repeat(24),
}).save();

const [cert, key_file] = process.argv.slice(2).map((path) => readFileSync(path));
const server = cert
  ? https.createServer({ cert, key: key_file }, provider.callback())
  : http.createServer(provider.callback());
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port, access, refresh })));
