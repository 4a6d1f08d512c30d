// A feed server on ws, for end-to-end tests; the same contract as server.py.
// usage: node server.mjs PORT
import http from "node:http";
import { WebSocketServer } from "ws";

const live = {}, peak = {}, total = {};

const server = http.createServer((request, response) => {
  const found = request.url === "/stats";
  response.writeHead(found ? 200 : 404, { "Content-Type": "application/json" });
  response.end(found ? JSON.stringify({ live, peak, total }) : "{}");
});

new WebSocketServer({ server, perMessageDeflate: process.argv[3] === "deflate" }).on("connection", (socket, request) => {
  const url = new URL(request.url, "http://127.0.0.1");
  const name = url.searchParams.get("name") ?? "?";
  live[name] = (live[name] ?? 0) + 1;
  total[name] = (total[name] ?? 0) + 1;
  peak[name] = Math.max(peak[name] ?? 0, live[name]);
  let number = 0;
  const ticker = url.pathname === "/ticker" ? setInterval(() => socket.send(JSON.stringify({ n: ++number })), 20) : undefined;
  socket.on("message", (data, isBinary) => {
    const text = data.toString();
    if (url.pathname === "/text" && text === "ping") socket.send("pong");
    else if (url.pathname === "/json" && JSON.parse(text).type === "ping") socket.send(JSON.stringify({ type: "ping", status: "pong" }));
    else if (url.pathname === "/echo") socket.send(data, { binary: isBinary });
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    live[name] -= 1;
    clearInterval(ticker);
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1");
