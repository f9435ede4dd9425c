import { setTimeout as delay } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { elapsedMs, emit } from './events.mjs'
import { reportConnections } from './listen.mjs'
import { startNode } from './node.mjs'
import { echoOnce, serveProtocols } from './protocols.mjs'

const identifyWaitMs = 5000
const pingCloseMs = 5000
const tasks = { ping: pingOnce, identify: awaitIdentify, echo: echoMany, pings: pingUntilTold }

/** Dials one peer, does the listed tasks in order, holds the connection, and says whether it was still open. */
export async function dial({ transport, security, key, addr, do: todo, streams, bytes, hold, timeout }) {
  if (addr === undefined) throw new Error('dial needs --addr')
  const names = todo.split(',').filter(name => name !== '')
  const unknown = names.find(name => !Object.hasOwn(tasks, name))
  if (unknown !== undefined) throw new Error(`--do takes ${Object.keys(tasks).join(', ')}, not ${unknown}`)
  setTimeout(() => { emit('error', { message: `not done within ${timeout} ms` }); process.exit(1) }, timeout).unref()

  const node = await startNode({ transport, security, key })
  await serveProtocols(node)
  reportConnections(node)
  const identified = new Promise(resolve => node.addEventListener('peer:identify', ({ detail }) => resolve(detail), { once: true }))
  const connection = await node.dial(multiaddr(addr))

  let ok = true
  for (const name of names) {
    ok = await attempt(name, () => tasks[name]({ node, connection, identified, streams, bytes })) && ok
  }
  ok = await holdOpen(connection, hold) && ok
  await node.stop()
  return ok ? 0 : 1
}

async function attempt(name, task) {
  try {
    return await task()
  } catch (err) {
    emit('error', { during: name, message: err.message, name: err.name })
    return false
  }
}

async function holdOpen(connection, hold) {
  if (hold > 0) await delay(hold)
  const open = connection.status === 'open'
  emit('held', { ms: hold, open })
  return open
}

async function pingOnce({ node, connection }) {
  emit('ping', { ms: await roundTrip(node, connection) })
  return true
}

// js allows one ping stream at a time, and is done with a ping before the remote has ended its half of that stream.
async function roundTrip(node, connection) {
  const start = performance.now()
  await node.services.ping.ping(connection.remotePeer)
  const ms = elapsedMs(start)
  while (connection.streams.some(({ protocol }) => protocol === '/ipfs/ping/1.0.0')) {
    if (elapsedMs(start) > pingCloseMs) throw new Error('the remote did not end its half of a ping stream')
    await delay(1)
  }
  return ms
}

// Says so before the first, so that whoever started this peer knows when to begin what the pings are to survive.
async function pingUntilTold({ node, connection }) {
  let told = false
  process.stdin.on('end', () => { told = true }).resume()
  emit('pinging')
  let count = 0
  for (; !told; count++) await roundTrip(node, connection)
  emit('pings', { count })
  return true
}

// The node identifies every new connection by itself, but keeps the reason of a failure to itself: asking again shows it.
async function awaitIdentify({ node, connection, identified }) {
  const result = await Promise.race([identified, delay(identifyWaitMs)]) ?? await node.services.identify.identify(connection)
  emit('identify', {
    peerId: result.peerId.toString(),
    agentVersion: result.agentVersion,
    protocolVersion: result.protocolVersion,
    protocols: result.protocols,
    listenAddrs: result.listenAddrs.map(String),
    observedAddr: result.observedAddr?.toString()
  })
  return true
}

async function echoMany({ connection, streams, bytes }) {
  const start = performance.now()
  const outcomes = await Promise.allSettled(Array.from({ length: streams }, () => echoOnce(connection, bytes)))
  const failures = outcomes.filter(outcome => outcome.status === 'rejected')
  const completed = streams - failures.length
  emit('echo', {
    streams,
    completed,
    bytesPerStream: bytes,
    bytes: completed * bytes,
    seconds: Math.round(elapsedMs(start)) / 1000,
    ok: failures.length === 0,
    errors: [...new Set(failures.map(({ reason }) => `${reason.name}: ${reason.message}`))]
  })
  return failures.length === 0
}
