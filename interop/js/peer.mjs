// A js-libp2p peer as a child process. Arguments say what it does, one JSON object per line on stdout says what happened.
// README.md beside this file lists modes, options and events.
import { parseArgs } from 'node:util'
import { bench } from './bench.mjs'
import { dial } from './dial.mjs'
import { emit } from './events.mjs'
import { listen } from './listen.mjs'

const modes = { listen, dial, bench }

const numbers = { streams: 8, bytes: 10_485_760, hold: 0, timeout: 60_000 }

try {
  const { mode, options } = readArguments()
  process.exit(await modes[mode](options))
} catch (err) {
  emit('error', { message: err.message, name: err.name })
  process.exit(1)
}

function readArguments() {
  const { values, positionals: [mode] } = parseArgs({
    allowPositionals: true,
    options: {
      transport: { type: 'string', default: 'tcp' },
      security: { type: 'string', default: 'noise' },
      key: { type: 'string', default: 'ed25519' },
      addr: { type: 'string' },
      do: { type: 'string', default: 'ping,identify,echo' },
      streams: { type: 'string' },
      bytes: { type: 'string' },
      hold: { type: 'string' },
      timeout: { type: 'string' }
    }
  })
  if (!Object.hasOwn(modes, mode)) throw new Error(`the mode is one of ${Object.keys(modes).join(', ')}`)
  const options = { ...values }
  for (const [name, fallback] of Object.entries(numbers)) options[name] = wholeNumber(name, values[name] ?? fallback)
  return { mode, options }
}

function wholeNumber(name, text) {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number, not ${text}`)
  return number
}
