export const echoProtocol = '/echo/1.0.0'
export const sinkProtocol = '/sink/1.0.0'
export const maxStreams = 1000

const chunkLength = 64 * 1024
const pattern = patternOf(2 * chunkLength)
const expected = Buffer.from(pattern)

/** Serves /echo/1.0.0 (bytes back until end of stream) and /sink/1.0.0 (swallows, then answers the count as 8 bytes, big-endian). */
export async function serveProtocols(node) {
  const options = { maxInboundStreams: maxStreams, maxOutboundStreams: maxStreams }
  await node.handle(echoProtocol, echo, options)
  await node.handle(sinkProtocol, sink, options)
}

async function echo(stream) {
  await receive(stream, data => {
    if (stream.send(data)) return
    stream.pause()
    stream.onDrain().then(() => resumeIfPaused(stream)).catch(err => stream.abort(err))
  })
  await stream.close()
}

// The last bytes may have been read before the pause took hold: the readable side is then closed, and resuming it throws.
function resumeIfPaused(stream) {
  if (stream.readStatus === 'paused') stream.resume()
}

async function sink(stream) {
  let count = 0
  await receive(stream, data => { count += data.byteLength })
  const answer = Buffer.alloc(8)
  answer.writeBigUInt64BE(BigInt(count))
  stream.send(answer)
  await stream.close()
}

/** Sends `bytes` on a new echo stream while checking every byte that comes back. */
export async function echoOnce(connection, bytes) {
  const stream = await openStream(connection, echoProtocol)
  let received = 0
  const echoed = receive(stream, data => {
    const part = data.subarray()
    if (!matchesPattern(part, received)) throw new Error(`echoed bytes differ after ${received} bytes`)
    received += part.byteLength
  })
  await Promise.all([sendPattern(stream, bytes), echoed])
  if (received !== bytes) throw new Error(`echo ended after ${received} of ${bytes} bytes`)
}

/** Sends `bytes` one way on a new sink stream and waits until the other side has confirmed them all. */
export async function sinkOnce(connection, bytes) {
  const stream = await openStream(connection, sinkProtocol)
  const answer = []
  const answered = receive(stream, data => answer.push(data.subarray()))
  await Promise.all([sendPattern(stream, bytes), answered])
  const count = Buffer.concat(answer)
  if (count.length !== 8 || count.readBigUInt64BE() !== BigInt(bytes)) throw new Error('the sink counted other bytes')
}

export function openStream(connection, protocol) {
  return connection.newStream(protocol, { maxOutboundStreams: maxStreams })
}

/** Calls `onData` for everything read until the remote ends its side; rejects when the stream breaks or `onData` throws. */
export function receive(stream, onData) {
  return new Promise((resolve, reject) => {
    stream.addEventListener('message', event => {
      try {
        onData(event.data)
      } catch (err) {
        stream.abort(err)
        reject(err)
      }
    })
    // A reset emits 'end' too, just before its 'close' says why.
    stream.addEventListener('end', () => { if (!broken(stream)) resolve() })
    stream.addEventListener('close', event => event.error ? reject(event.error) : resolve())
    if (stream.readableEnded && !broken(stream)) resolve()
  })
}

const broken = stream => stream.status === 'reset' || stream.status === 'aborted'

async function sendPattern(stream, bytes) {
  for (let sent = 0; sent < bytes;) {
    const start = sent % chunkLength
    const length = Math.min(chunkLength, bytes - sent)
    sent += length
    if (!stream.send(pattern.subarray(start, start + length))) await stream.onDrain()
  }
  await stream.close()
}

function matchesPattern(part, offset) {
  for (let at = 0; at < part.byteLength;) {
    const start = (offset + at) % chunkLength
    const length = Math.min(chunkLength, part.byteLength - at)
    if (expected.compare(part, at, at + length, start, start + length) !== 0) return false
    at += length
  }
  return true
}

// Two periods of a cheap generator's bytes, so that any window of one period can be compared without wrapping.
function patternOf(length) {
  const bytes = new Uint8Array(length)
  let state = 0x2545f491
  for (let i = 0; i < length / 2; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = bytes[i + length / 2] = state >>> 24
  }
  return bytes
}
