// Starts the console. WebSocket alone carries it, and silence of the service for 4.5 s is shown.
Blazor.start({
  circuit: {
    configureSignalR: builder => builder
      .withUrl("_blazor", { skipNegotiation: true, transport: 1 })
      .withServerTimeout(4500),
    reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: 2000 },
  },
});

// A service that has started again knows no page of before: it is asked for anew. Who is not signed in any more is told so.
const notice = document.getElementById("components-reconnect-modal");
new MutationObserver(() => {
  if (notice.classList.contains("components-reconnect-rejected")) location.reload();
}).observe(notice, { attributes: true, attributeFilter: ["class"] });
setInterval(async () => {
  if (!notice.classList.contains("components-reconnect-show")) return;
  const answer = await fetch("/v1", { method: "HEAD", signal: AbortSignal.timeout(2000) }).catch(() => null);
  if (answer?.status === 401) location.assign("/sign-in");
}, 3000);

// A button of the console is a request to the API, with its guards, its limits and its audit log.
window.actorHeartbeat = {
  dark(isDark) { document.documentElement.classList.toggle("dark", isDark); },
  show(address) { history.replaceState(history.state, "", address); },
  // The same command for several endpoints; where the API asks for patience it has it.
  sendToEach(verb, ids) {
    return Promise.all(ids.map(async id => {
      for (let tries = 0; ; tries++) {
        const answer = await this.send("POST", `/v1/endpoints/${id}/${verb}`);
        if (answer.status !== 429 || tries === 10) return answer;
        await new Promise(done => setTimeout(done, 1000 * (answer.retryAfter || 1)));
      }
    }));
  },
  async send(method, path, body, accept) {
    const headers = { "X-ActorHeartbeat": "1", Accept: accept ?? "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    try {
      const answer = await fetch(path, { method, headers, body, signal: AbortSignal.timeout(30000) });
      return { status: answer.status, text: await answer.text(), retryAfter: Number(answer.headers.get("Retry-After")) };
    } catch (problem) {
      return { status: 0, text: String(problem), retryAfter: 0 };
    }
  },
};

// Keys for hands that stay on the keyboard: / filters, j and k go through rows, p and r pause and refresh, ? lists them.
let lastAsked = 0; // a dialog takes a moment to come
document.addEventListener("keydown", press => {
  const dialog = document.querySelector(".mud-dialog");
  // From the moment that it is seen: the components listen a moment later, and only where the focus is in it.
  if (dialog && press.key === "Escape") dialog.querySelector(".mud-dialog-actions button").click();
  if (dialog || Date.now() - lastAsked < 1000) return;
  if (press.ctrlKey || press.metaKey || press.altKey || press.target.closest("input, textarea, select, [role=dialog], dialog")) return;
  const links = [...document.querySelectorAll(".rows tbody a")];
  const row = links.indexOf(document.activeElement);
  const button = document.querySelector(`button[data-key="${CSS.escape(press.key)}"]`);
  if (press.key === "/") document.getElementById("filter")?.focus();
  else if (press.key === "j" && links.length) links[Math.min(row + 1, links.length - 1)].focus();
  else if (press.key === "k" && links.length) links[Math.max(row - 1, 0)].focus();
  else if (press.key === "?") document.getElementById("keys")?.showModal();
  else if (button) {
    lastAsked = Date.now();
    button.click();
  }
  else if (row >= 0 && (press.key === "p" || press.key === "r"))
    Blazor.navigateTo(`${links[row].getAttribute("href")}?ask=${press.key === "p" ? "pause" : "refresh"}`);
  else return;
  press.preventDefault();
});
