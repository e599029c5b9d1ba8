// npm's oauth2-mock-server, answering RS256 tokens to the client credentials grant.
// Arguments: the files of a certificate and of its key, to answer behind TLS; none, in clear.
import { OAuth2Server } from "oauth2-mock-server";

const [cert, key] = process.argv.slice(2);
const server = new OAuth2Server(key, cert);
await server.issuer.keys.generate("RS256");
await server.start(0, "127.0.0.1");
console.log(JSON.stringify({ port: server.address().port }));
