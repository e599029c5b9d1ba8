// Ce qu'une suite de tests fait du bac à sable : une session par test, un appel du logiciel, ce que le réseau a vu.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBanc } from "./banc.js";

let banc;
before(async () => {
  banc = await startBanc();
});
after(() => banc?.stop());

test("la découverte de Pro Santé Connect donne des adresses joignables", async () => {
  const session = await banc.session();

  const { status, body } = await banc.fetch(session.discovery);

  assert.equal(status, 200);
  const provider = JSON.parse(body);
  assert.equal(provider.issuer, `${banc.urls.psc}/s/${session.id}/auth/realms/esante-wallet`);
  assert.ok(provider.authorization_endpoint.startsWith(banc.urls.wallet));
  assert.equal((await banc.fetch(provider.jwks_uri)).status, 200);
  const [seen] = await session.exchanges("psc.discovery");
  assert.deepEqual([seen.outcome, seen.session], ["accepted", session.id]);
  await session.delete();
});

test("un message INSi mal formé reçoit la réponse du téléservice, et le banc dit pourquoi", async () => {
  const session = await banc.session();

  const { status, body } = await banc.fetch(session.insi, {
    method: "POST",
    headers: { "Content-Type": "application/soap+xml; charset=utf-8" },
    body: "<pas-une-enveloppe/>",
  });

  assert.equal(status, 500);
  assert.match(body, /Fault/);
  const [seen] = await session.exchanges();
  assert.deepEqual([seen.service, seen.outcome], ["insi", "refused"]);
  assert.ok(seen.findings.length > 0);
  await session.delete();
});

test("une panne armée dans une session n'atteint pas sa voisine", async () => {
  const [mine, other] = await Promise.all([banc.session(), banc.session()]);
  await mine.arm("psc.down");

  const statuses = await Promise.all([mine, other].map(async (one) => (await banc.fetch(one.discovery)).status));

  assert.deepEqual(statuses, [503, 200]);
});
