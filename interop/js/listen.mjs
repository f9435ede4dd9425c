import { createInterface } from 'node:readline'
import { emit } from './events.mjs'
import { startNode } from './node.mjs'
import { serveProtocols } from './protocols.mjs'

/** Serves identify, ping, echo and sink until stdin ends. */
export async function listen({ transport, security, key }) {
  const node = await startNode({ transport, security, key, listen: true })
  reportConnections(node)
  await serveProtocols(node)
  emit('listening', { addrs: node.getMultiaddrs().map(String), peerId: node.peerId.toString() })

  for await (const line of createInterface({ input: process.stdin })) {
    obey(node, line.trim())
  }
  return 0
}

export function reportConnections(node) {
  node.addEventListener('connection:open', ({ detail }) => emit('connected', describe(detail)))
  node.addEventListener('connection:close', ({ detail }) => emit('disconnected', describe(detail)))
}

function describe(connection) {
  return {
    id: connection.id,
    peerId: connection.remotePeer.toString(),
    direction: connection.direction,
    security: connection.encryption,
    muxer: connection.multiplexer
  }
}

function obey(node, line) {
  if (line === '') return
  const command = parse(line)
  const connections = node.getConnections()
  switch (command) {
    case 'status':
      return emit('status', { connections: connections.length, streams: connections.flatMap(c => c.streams).length })
    case 'disconnect':
      return connections.forEach(connection => connection.close().catch(err => connection.abort(err)))
    default:
      return emit('error', { message: `unknown command: ${line}` })
  }
}

function parse(line) {
  try {
    return JSON.parse(line)?.command
  } catch {
    return undefined
  }
}
