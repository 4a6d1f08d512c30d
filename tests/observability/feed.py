# A venue. It confirms subscriptions and sends a heartbeat of its own ten times a second on every path. /ticker has data beside it, /slow
# each seven seconds, /quiet and /deaf none. SIGUSR1 lets data flow on /deaf.
import asyncio, json, signal, sys, websockets

flows = asyncio.Event()
pauses = {"/ticker": 0.1, "/slow": 7, "/deaf": 0.1}


async def data(socket, path):
    if path == "/deaf":
        await flows.wait()
    while path in pauses:
        await socket.send('{"channel":"ohlc","data":[1]}')
        await asyncio.sleep(pauses[path])


async def beat(socket):
    while True:
        await asyncio.sleep(0.1)
        await socket.send('{"channel":"heartbeat"}')


async def feed(socket, path):
    tasks = []
    try:
        async for message in socket:
            if json.loads(message).get("method") == "subscribe":
                await socket.send('{"method":"subscribe","success":true}')
                tasks += [asyncio.create_task(data(socket, path)), asyncio.create_task(beat(socket))]
    except websockets.ConnectionClosed:
        pass
    finally:
        for task in tasks:
            task.cancel()


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, flows.set)
    async with websockets.serve(feed, "127.0.0.1", int(sys.argv[1]), ping_interval=None):
        await asyncio.Future()


asyncio.run(main())
