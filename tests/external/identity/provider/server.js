// The certified oidc-provider as somebody's company would run it; who is known there is told to /control. With
// "ask": true it shows them its own page, on which they sign in or say no; else they are signed in there already.
import Provider from "oidc-provider";
import { createServer } from "node:http";

const [port, ...redirects] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
let account = { sub: "nobody" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "mowthos",
      client_secret: "a secret of this test alone",
      redirect_uris: redirects,
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true, methods: ["S256"] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ ...account, sub: id }) }),
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
});

createServer(async (request, response) => {
  if (request.url === "/control") {
    let body = "";
    for await (const part of request) body += part;
    account = JSON.parse(body);
    return response.end("{}");
  }
  if (request.url.startsWith("/interaction/")) {
    if (account.ask && request.method === "GET") {
      response.setHeader("content-type", "text/html");
      return response.end(`<!doctype html><title>Elm Street Company</title><h1>Elm Street Company</h1>
        <form method="post"><label>Your name <input name="who" required></label>
        <button name="answer" value="in">Log in</button></form>
        <form method="post"><button name="answer" value="no">No, cancel</button></form>`);
    }
    let said = "";
    for await (const part of request) said += part;
    if (new URLSearchParams(said).get("answer") === "no") {
      const denied = { error: "access_denied", error_description: "<b>said no</b>" };
      return provider.interactionFinished(request, response, denied);
    }
    return provider.interactionFinished(request, response, { login: { accountId: account.sub } });
  }
  return provider.callback()(request, response);
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));
