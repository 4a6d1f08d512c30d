"""A feed server on python-websockets, for end-to-end tests.

usage: server.py PORT
Paths: /quiet (protocol pings only), /text (ping -> pong), /json ({"type":"ping"} -> {"type":"ping","status":"pong"}),
/ticker (numbered messages, 50 a second). A client names itself with ?name=. GET /stats tells, as JSON, who is connected,
how many each name ever had at once, and how many connections it made.
"""
import asyncio
import collections
import http
import json
import sys
import urllib.parse

import websockets

live = collections.Counter()
peak = collections.Counter()
total = collections.Counter()


async def serve(socket, path):
    parts = urllib.parse.urlsplit(path)
    name = urllib.parse.parse_qs(parts.query).get("name", ["?"])[0]
    live[name] += 1
    total[name] += 1
    peak[name] = max(peak[name], live[name])
    ticker = asyncio.create_task(tick(socket)) if parts.path == "/ticker" else None
    try:
        async for message in socket:
            if parts.path == "/text" and message == "ping":
                await socket.send("pong")
            elif parts.path == "/json" and json.loads(message).get("type") == "ping":
                await socket.send(json.dumps({"type": "ping", "status": "pong"}))
            elif parts.path == "/echo":
                await socket.send(message)
    except websockets.ConnectionClosed:
        pass
    finally:
        live[name] -= 1
        if ticker:
            ticker.cancel()


async def tick(socket):
    number = 0
    while True:
        number += 1
        await socket.send(json.dumps({"n": number}))
        await asyncio.sleep(0.02)


async def stats(path, headers):
    if path == "/stats":
        body = json.dumps({"live": live, "peak": peak, "total": total}).encode()
        return http.HTTPStatus.OK, [("Content-Type", "application/json")], body


async def main():
    async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), process_request=stats, ping_interval=None):
        await asyncio.Future()


asyncio.run(main())
