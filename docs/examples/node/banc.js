// Le bac à sable dans un conteneur jetable, pour des tests Node : ports publiés, autorité de confiance, sessions.
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { Agent, request } from "node:https";
import { GenericContainer, Wait } from "testcontainers";

const PORTS = { control: 8440, psc: 8441, wallet: 8445, insi: 8442, insi_mtls: 8452, dmp: 8443 };
const READY = /^\{"event":"ready".*\}$/m;

/** Démarre le conteneur, attend /ready, et ne fait confiance qu'à l'autorité dont il a imprimé l'empreinte. */
export async function startBanc({ image = process.env.BANC_IMAGE ?? "banc-segur" } = {}) {
  const token = randomBytes(24).toString("base64url");
  const container = await new GenericContainer(image)
    .withEnvironment({ BANC_TOKEN: token })
    .withExposedPorts(...Object.values(PORTS))
    .withTmpFs({ "/tmp": "" })
    .withWaitStrategy(Wait.forHttp("/ready", PORTS.control).usingTls().allowInsecure())
    .start();
  try {
    const banc = new Banc(container, token, JSON.parse((await logged(container)).match(READY)[0]));
    await banc.trust();
    return banc;
  } catch (error) {
    await container.stop();
    throw error;
  }
}

export class Banc {
  constructor(container, token, ready) {
    this.container = container;
    this.token = token;
    this.ready = ready;
    /** Adresse de base de chaque service, par les ports publiés. */
    this.urls = Object.fromEntries(
      Object.entries(PORTS).map(([name, port]) => [
        name,
        `https://${container.getHost()}:${container.getMappedPort(port)}`,
      ]),
    );
  }

  /** Prend l'autorité du bac à sable une fois sans vérifier, et la compare à l'empreinte imprimée au démarrage. */
  async trust() {
    const { body } = await send("GET", `${this.urls.control}/control/v1/trust/ca.pem`, {
      agent: new Agent({ rejectUnauthorized: false }),
    });
    const found = createHash("sha256").update(new X509Certificate(body).raw).digest("hex");
    if (found !== this.ready.ca_sha256) throw new Error(`autre autorité que celle du conteneur : ${found}`);
    this.ca = body;
    this.agent = new Agent({ ca: this.ca });
  }

  /** Une requête vers un service ; rend { status, body }. */
  fetch(url, { method = "GET", headers = {}, body } = {}) {
    return send(method, url, { agent: this.agent, headers, body });
  }

  /** Un appel de l'API de contrôle ; rend le JSON répondu. */
  async control(method, path, body) {
    const headers = { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
    const answer = await this.fetch(`${this.urls.control}/control/v1${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    const told = answer.body ? JSON.parse(answer.body) : null;
    if (answer.status >= 400) throw new Error(`${told.code} : ${told.detail} ${told.hint}`);
    return told;
  }

  /** Une session à soi, à qui l'on dit par quelles adresses le logiciel voit les services. */
  async session() {
    const { id } = await this.control("POST", "/sessions", {});
    await this.control("PUT", `/sessions/${id}/public-urls`, this.urls);
    return new Session(this, id);
  }

  async stop() {
    this.agent?.destroy();
    await this.container.stop();
  }
}

export class Session {
  constructor(banc, id) {
    this.banc = banc;
    this.id = id;
    this.discovery = `${banc.urls.psc}/s/${id}/auth/realms/esante-wallet/.well-known/wallet-openid-configuration`;
    this.insi = `${banc.urls.insi}/s/${id}/lps`;
  }

  /** Les échanges du journal, tous ou ceux d'une opération, après avoir attendu le premier. */
  async exchanges(operation = "", { wait = 10 } = {}) {
    const query = new URLSearchParams({ wait, ...(operation && { operation }) });
    return (await this.banc.control("GET", `/sessions/${this.id}/exchanges?${query}`)).exchanges;
  }

  /** Arme une panne (banc faults les nomme). */
  arm(id, { times = 1 } = {}) {
    return this.banc.control("PUT", `/sessions/${this.id}/faults`, { id, times });
  }

  delete() {
    return this.banc.control("DELETE", `/sessions/${this.id}`);
  }
}

function send(method, url, { agent, headers, body }) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, headers }, async (answer) => {
      try {
        const pieces = await answer.setEncoding("utf8").toArray();
        resolve({ status: answer.statusCode, body: pieces.join("") });
      } catch (error) {
        reject(error);
      }
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Le début du journal jusqu'à la ligne « ready ». La minuterie tient Node éveillé : le flux du journal, lui, ne le fait pas. */
async function logged(container, { seconds = 30 } = {}) {
  const stream = await container.logs();
  const late = setTimeout(() => stream.destroy(new Error("le journal du conteneur n'a pas de ligne ready")), seconds * 1000);
  try {
    let text = "";
    for await (const piece of stream) {
      text += piece;
      if (READY.test(text)) return text;
    }
    throw new Error(`le conteneur s'est tu avant sa ligne ready : ${text.slice(-2000)}`);
  } finally {
    clearTimeout(late);
  }
}
