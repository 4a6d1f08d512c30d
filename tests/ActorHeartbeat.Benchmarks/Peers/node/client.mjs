// Node with ws in the reconnecting wrapper that most use, and a ping by the clock.
//   node --expose-gc client.mjs URL COUNT PING-SECONDS     "heap" on its input is answered by the bytes in use after a collection
import readline from 'node:readline'
import Reconnecting from 'reconnecting-websocket'
import WebSocket from 'ws'

const [url, count, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
let waiting = Number(count)
let dialing = 0

// The wrapper dials when it is made: at most a hundred at once, like the other clients.
function fill() {
  while (dialing < 100 && waiting > 0) {
    waiting--
    dialing++
    keep()
  }
}

function keep() {
  let isFirst = true
  let isAlive = true
  let ping
  const socket = new Reconnecting(url, [], { WebSocket })
  socket.addEventListener('open', () => {
    isAlive = true
    socket._ws.on('pong', () => { isAlive = true })
    ping = setInterval(() => {
      if (!isAlive)
        return socket._ws.terminate()
      isAlive = false
      socket._ws.ping()
    }, seconds * 1000)
    if (isFirst) {
      isFirst = false
      dialing--
      fill()
    }
  })
  socket.addEventListener('close', () => clearInterval(ping))
  socket.addEventListener('message', () => {})
}

fill()
readline.createInterface({ input: process.stdin })
  .on('line', () => {
    gc()
    console.log(process.memoryUsage().heapUsed)
  })
  .on('close', () => process.exit(0))
