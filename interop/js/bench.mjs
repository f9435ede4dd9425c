import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { multiaddr } from '@multiformats/multiaddr'
import { emit } from './events.mjs'
import { startNode } from './node.mjs'
import { echoOnce, openStream, sinkOnce } from './protocols.mjs'

const warmUpShare = 8
const pingRounds = 2000
const pingStreams = 300
const handshakes = 100
const pingProtocol = '/ipfs/ping/1.0.0'

/** Measures this implementation against itself: a listener in a child process, the dialer here, over loopback. */
export async function bench({ security, key, streams, bytes }) {
  const listener = await startListener(security, key)
  try {
    // Identify would add a stream to every connection opened; a handshake is counted to the negotiated muxer.
    const node = await startNode({ security, key, runIdentify: false })
    const address = multiaddr(listener.addr)
    const connection = await node.dial(address)
    emit('bench', {
      security,
      key,
      streams,
      bytesPerStream: bytes,
      oneWay: await throughput(sinkOnce, connection, streams, bytes),
      echo: await throughput(echoOnce, connection, streams, bytes),
      pingRoundTripsPerSecond: await pingRate(connection),
      pingStreamsPerSecond: await pingStreamRate(node, connection),
      handshakesPerSecond: await handshakeRate(node, address)
    })
    await node.stop()
    return 0
  } finally {
    listener.stop()
  }
}

async function startListener(security, key) {
  const here = name => fileURLToPath(new URL(name, import.meta.url))
  const args = ['--import', new URL('polyfill.mjs', import.meta.url).href, here('peer.mjs'), 'listen', '--security', security, '--key', key]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const listening = await new Promise((resolve, reject) => {
    lines.on('line', line => {
      const event = JSON.parse(line)
      if (event.event === 'listening') resolve(event)
      if (event.event === 'error') reject(new Error(event.message))
    })
    child.once('exit', code => reject(new Error(`the listener exited with ${code}`)))
  })
  return { addr: listening.addrs[0], stop: () => child.stdin.end() }
}

async function throughput(transfer, connection, streams, bytes) {
  const all = count => Promise.all(Array.from({ length: streams }, () => transfer(connection, count)))
  await all(Math.ceil(bytes / warmUpShare))
  const seconds = await timed(() => all(bytes))
  return { bytes: streams * bytes, seconds: round(seconds), mebibytesPerSecond: round(streams * bytes / seconds / 1048576) }
}

async function pingRate(connection) {
  const stream = await openStream(connection, pingProtocol)
  const payload = Buffer.alloc(32, 7)
  let pending = 0
  let answered = () => {}
  stream.addEventListener('message', event => {
    pending -= event.data.byteLength
    if (pending === 0) answered()
  })
  const rounds = async count => {
    for (let i = 0; i < count; i++) {
      await new Promise(resolve => { answered = resolve; pending = payload.length; stream.send(payload) })
    }
  }
  await rounds(pingRounds / warmUpShare)
  const seconds = await timed(() => rounds(pingRounds))
  await stream.close()
  return round(pingRounds / seconds)
}

async function pingStreamRate(node, connection) {
  const pings = async count => {
    for (let i = 0; i < count; i++) await node.services.ping.ping(connection.remotePeer)
  }
  await pings(Math.ceil(pingStreams / warmUpShare))
  return round(pingStreams / await timed(() => pings(pingStreams)))
}

async function handshakeRate(node, address) {
  const connect = async count => {
    for (let i = 0; i < count; i++) (await node.dial(address, { force: true })).abort(new Error('measured'))
  }
  await connect(Math.ceil(handshakes / warmUpShare))
  return round(handshakes / await timed(() => connect(handshakes)))
}

async function timed(work) {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

const round = number => Math.round(number * 100) / 100
