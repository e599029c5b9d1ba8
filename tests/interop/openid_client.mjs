// The certified relying party of npm, openid-client, through one whole life of a session. Told by BANC_RP (JSON: discovery,
// id, secret, redirect, goodbye, idnat, flow, post, verify), it prints what it saw as one JSON object, or the error that stopped it.
import * as client from "openid-client";

const told = JSON.parse(process.env.BANC_RP);
const seen = {};

async function landed(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (answer.status !== 302) throw new Error(`HTTP ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return new URL(answer.headers.get("location"));
}

async function byCode(config, changed = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: told.redirect,
    scope: "openid scope_all",
    acr_values: "eidas1",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...changed,
  });
  return client.authorizationCodeGrant(config, await landed(address), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
}

async function life(config, tokens) {
  const { sub } = tokens.claims();
  seen.sub = sub;
  seen.userinfo = (await client.fetchUserInfo(config, tokens.access_token, sub)).SubjectNameID;
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  seen.refreshed = refreshed.access_token !== tokens.access_token && refreshed.claims().sub === sub;
  seen.active = (await client.tokenIntrospection(config, refreshed.access_token)).active;
  await client.tokenRevocation(config, tokens.access_token);
  seen.revoked = (await client.tokenIntrospection(config, tokens.access_token)).active === false;
  const goodbye = client.buildEndSessionUrl(config, {
    id_token_hint: refreshed.id_token,
    post_logout_redirect_uri: told.goodbye,
    state: "fin",
  });
  seen.goodbye = (await landed(goodbye)).href;
  seen.over = (await client.tokenIntrospection(config, refreshed.access_token)).active === false;
}

try {
  const authentication = told.post ? client.ClientSecretPost(told.secret) : client.ClientSecretBasic(told.secret);
  const config = await client.discovery(new URL(told.discovery), told.id, undefined, authentication, {
    execute: told.verify ? [client.enableNonRepudiationChecks] : [],
  });
  seen.issuer = config.serverMetadata().issuer;
  if (told.flow === "ciba") {
    const asked = await client.initiateBackchannelAuthentication(config, {
      scope: "openid scope_all",
      acr_values: "eidas1",
      login_hint: told.idnat,
      binding_message: "42",
      channel: "MOBILE",
    });
    seen.interval = asked.interval;
    await life(config, await client.pollBackchannelAuthenticationGrant(config, asked));
  } else {
    await life(config, await byCode(config));
  }
} catch (error) {
  seen.error = { name: error.name, code: error.code, error: error.error, message: error.message };
}
console.log(JSON.stringify(seen));
