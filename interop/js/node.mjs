import { quic } from '@chainsafe/libp2p-quic'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

// A stream that is paused is aborted when more than 4 MiB wait in it, but its window grows to 16 MiB by default: no more than it can hold.
const streamOptions = { maxStreamWindowSize: 2 * 1024 * 1024 }

const securityProtocols = { noise, tls }
// QUIC brings its own encryption and its own streams.
const transports = {
  tcp: {
    address: '/ip4/127.0.0.1/tcp/0',
    options: secure => ({ transports: [tcp()], connectionEncrypters: [secure()], streamMuxers: [yamux({ streamOptions })] })
  },
  quic: { address: '/ip4/127.0.0.1/udp/0/quic-v1', options: () => ({ transports: [quic()] }) }
}
const keyTypes = { ed25519: 'Ed25519', secp256k1: 'secp256k1', rsa: 'RSA' }

// The peer under test is the other side, so this peer's own admission limits must not be the ones that refuse.
const generousLimits = {
  inboundConnectionThreshold: 100_000,
  maxIncomingPendingConnections: 10_000,
  maxConnections: 10_000,
  reconnectRetries: 0
}

/** Starts a js-libp2p node on TCP with yamux, or on QUIC; `transport`, `security` and `key` are the words of the command line. */
export async function startNode({ transport = 'tcp', security, key, listen = false, runIdentify = true }) {
  const { address, options } = pick(transports, transport, '--transport')
  const secure = pick(securityProtocols, security, '--security')
  const privateKey = await generateKeyPair(pick(keyTypes, key, '--key'))
  return createLibp2p({
    privateKey,
    addresses: { listen: listen ? [address] : [] },
    ...options(secure),
    connectionManager: generousLimits,
    services: {
      identify: identify({ runOnConnectionOpen: runIdentify }),
      ping: ping()
    }
  })
}

function pick(choices, word, option) {
  if (!Object.hasOwn(choices, word)) {
    throw new Error(`${option} takes ${Object.keys(choices).join(' or ')}, not ${word}`)
  }
  return choices[word]
}
