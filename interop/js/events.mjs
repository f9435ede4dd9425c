import { writeSync } from 'node:fs'

/** Writes one event as a line of JSON; written at once so that nothing is lost when the process exits right after. */
export function emit(event, fields = {}) {
  const line = Buffer.from(`${JSON.stringify({ event, ...fields })}\n`)
  for (let written = 0; written < line.length;) written += writeSync(1, line, written)
}

export const elapsedMs = start => Math.round((performance.now() - start) * 1000) / 1000
