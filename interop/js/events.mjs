// Whoever started this peer is gone: nobody is left to report to.
process.stdout.on('error', () => process.exit(1))

/** Writes one event as a line of JSON. */
export function emit(event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)
}

export const elapsedMs = start => Math.round((performance.now() - start) * 1000) / 1000
