import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode, ECHO } from './node.ts'

/** What the dialer sends, and gets back. */
export const TEXT = 'beep boop, over and over, until somebody reads it'

/** The PeerIds of the two sides. */
export interface Recording {
  dialer: string
  listener: string
}

// source or build, as this file itself
const LISTENER = new URL(`./listener${import.meta.url.slice(-3)}`, import.meta.url)

/**
 * Runs a session of two processes while tcpdump records it: `capture.pcap`,
 * `keys.txt`, which the dialer alone writes, and `peers.json` in `folder`.
 */
export async function recordSession (folder: string): Promise<Recording> {
  await mkdir(folder, { recursive: true })
  const listener = fork(LISTENER)
  const [address] = await once(listener, 'message') as [string]
  const listening = multiaddr(address)
  const stopCapture = await capture(join(folder, 'capture.pcap'), address.split('/')[4])
  const lines: string[] = []
  const dialer = await createNode({ keyLog: ({ line }) => { lines.push(line) } })

  try {
    const stream = await dialer.dialProtocol(listening, ECHO)
    stream.send(new TextEncoder().encode(TEXT))
    await stream.close()

    let echoed = 0

    for await (const chunk of stream) {
      echoed += chunk.byteLength
    }

    if (echoed !== TEXT.length) {
      throw new Error(`${echoed} bytes came back`)
    }
  } finally {
    await dialer.stop()
    listener.disconnect()
    await once(listener, 'exit')
    await stopCapture()
  }

  const recording = { dialer: dialer.peerId.toString(), listener: address.split('/')[6] }
  await writeFile(join(folder, 'keys.txt'), lines.join(''), { mode: 0o600 })
  await writeFile(join(folder, 'peers.json'), `${JSON.stringify(recording, undefined, 2)}\n`)

  return recording
}

/** Starts tcpdump on the loopback interface; gives what ends it. */
async function capture (file: string, port: string): Promise<() => Promise<void>> {
  const loopback = process.platform === 'linux' ? 'lo' : 'lo0'

  // through a pipe, since it gives up its rights to the folder
  const tcpdump = spawn('tcpdump', ['-i', loopback, '-U', '--immediate-mode', '-w', '-', 'tcp', 'port', port], { stdio: ['ignore', 'pipe', 'pipe'] })
  const written = finished(tcpdump.stdout.pipe(createWriteStream(file)))
  const messages: string[] = []

  for await (const message of createInterface(tcpdump.stderr)) {
    messages.push(message)

    if (message.includes('listening on')) {
      return async () => {
        tcpdump.kill('SIGINT')
        await written
      }
    }
  }

  throw new Error(`tcpdump did not start: ${messages.join(' ')}`)
}
