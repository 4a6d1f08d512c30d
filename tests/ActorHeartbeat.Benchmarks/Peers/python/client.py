"""Python with websockets: its own reconnecting iterator and its own keep-alive.

client.py URL COUNT PING-SECONDS    ends with its input
"""

import asyncio
import logging
import os
import ssl
import sys

import websockets

logging.getLogger("websockets").setLevel(logging.CRITICAL)


async def keep(url, ping, trust, room):
    await room.acquire()
    is_first = True
    try:
        async for socket in websockets.connect(url, ping_interval=ping, ping_timeout=ping, ssl=trust, compression=None):
            if is_first:
                is_first = False
                room.release()
            try:
                async for _ in socket:
                    pass
            except websockets.ConnectionClosed:
                continue
    except asyncio.CancelledError:
        pass


async def main():
    url, count, ping = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    trust = ssl.create_default_context(cafile=os.environ.get("PEERS_CA")) if url.startswith("wss:") else None
    room = asyncio.Semaphore(100)
    tasks = [asyncio.create_task(keep(url, ping, trust, room)) for _ in range(count)]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()


asyncio.run(main())
