// Asking our own server; a refusal arrives as problem+json and is thrown in its words.

export class Refused extends Error {
  constructor(problem, status) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.code = problem.code ?? "";
    this.reasons = problem.reasons ?? [];
  }
}

/** The answer's JSON; Refused for an answer that is no success, the browser's own error when none came. */
export async function ask(url, options = {}) {
  const answer = await fetch(url, { headers: { accept: "application/json", ...options.headers }, ...options });
  const type = answer.headers.get("content-type") ?? "";
  const body = type.includes("json") ? await answer.json() : {};
  if (answer.status === 401) window.mowthos?.toSignIn();
  if (!answer.ok) throw new Refused(body, answer.status);
  return body;
}

export function send(url, body, { method = "POST", signal } = {}) {
  return ask(url, { method, signal, body: JSON.stringify(body), headers: { accept: "application/json", "content-type": "application/json" } });
}
