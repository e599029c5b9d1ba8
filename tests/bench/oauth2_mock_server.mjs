// npm's oauth2-mock-server, answering RS256 tokens to the client credentials grant.
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
await server.start(0, "127.0.0.1");
console.log(JSON.stringify({ port: server.address().port }));
