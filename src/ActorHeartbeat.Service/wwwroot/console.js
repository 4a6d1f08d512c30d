// Starts the console. WebSocket alone carries it, and silence of the service for 4.5 s is shown.
Blazor.start({
  circuit: {
    configureSignalR: builder => builder
      .withUrl("_blazor", { skipNegotiation: true, transport: 1 })
      .withServerTimeout(4500),
    reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: 2000 },
  },
});

// A button of the console is a request to the API, with its guards, its limits and its audit log.
window.actorHeartbeat = {
  async send(method, path, body) {
    const headers = { "X-ActorHeartbeat": "1" };
    if (body) headers["Content-Type"] = "application/json";
    try {
      const answer = await fetch(path, { method, headers, body, signal: AbortSignal.timeout(30000) });
      return { status: answer.status, text: await answer.text() };
    } catch (problem) {
      return { status: 0, text: String(problem) };
    }
  },
  focus(id) { document.getElementById(id)?.focus(); },
};
