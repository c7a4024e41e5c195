/**
 * The page's end: dials, shows what was agreed on, chats and measures.
 */

import { yamux } from '@chainsafe/libp2p-yamux'
import { lpStream } from '@libp2p/utils'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { securePeer } from '../src/index.ts'
import { ADDRESS_PATH, CHAT, TRANSFER, TRANSFER_BYTES } from './protocol.ts'
import { receive, send } from './transfer.ts'
import type { Connection, Stream } from '@libp2p/interface'

const MIB = 2 ** 20
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function main (): void {
  run().catch(err => { showStatus('failed', err.message) })
}

async function run (): Promise<void> {
  const address = await (await fetch(ADDRESS_PATH)).text()
  const node = await createLibp2p({
    transports: [webSockets()],
    connectionEncrypters: [securePeer({
      // told during the handshake; everybody is welcome here
      identify: ({ group, cipher }) => {
        show('group', group)
        show('cipher', cipher)
      }
    })],
    streamMuxers: [yamux()],
    // the listener is on this machine
    connectionGater: { denyDialMultiaddr: () => false }
  })
  show('local-peer', node.peerId.toString())
  show('address', address)

  const connection = await node.dial(multiaddr(address))
  show('remote-peer', connection.remotePeer.toString())
  show('encryption', connection.encryption ?? '')
  show('muxer', connection.multiplexer ?? '')
  showStatus('secured', 'secured')
  connection.addEventListener('close', () => { showStatus('failed', 'closed') })

  await startChat(connection)
  element('transfer').addEventListener('submit', event => {
    event.preventDefault()
    transfer(connection).catch(err => { showStatus('failed', err.message) })
  })
  enable('start', true)
}

async function startChat (connection: Connection): Promise<void> {
  const messages = lpStream(await connection.newStream(CHAT))
  const text = element<HTMLInputElement>('text')

  element('chat').addEventListener('submit', event => {
    event.preventDefault()

    if (text.value !== '') {
      showMessage('you', text.value)
      messages.write(encoder.encode(text.value)).catch(err => { showStatus('failed', err.message) })
      text.value = ''
    }
  })
  enable('text', true)
  enable('send', true)
  readMessages(async () => messages.read()).catch(err => { showStatus('failed', err.message) })
}

async function readMessages (read: () => Promise<{ subarray (): Uint8Array }>): Promise<never> {
  while (true) {
    showMessage('listener', decoder.decode((await read()).subarray()))
  }
}

async function transfer (connection: Connection): Promise<void> {
  enable('start', false)

  const stream: Stream = await connection.newStream(TRANSFER)
  const download = new Rate('download')
  const upload = new Rate('upload')

  // the listener sends once it has everything, so that each direction has a time of its own
  const received = receive(stream, bytes => {
    upload.done()
    download.progress(bytes)
  })
  await send(stream, TRANSFER_BYTES)

  if (await received !== TRANSFER_BYTES) {
    throw new Error('not all came back')
  }

  download.done()
  enable('start', true)
}

/** One direction's rate: from its first call until it is done. */
class Rate {
  readonly #id: string
  #start = performance.now()
  #done = false

  constructor (id: string) {
    this.#id = id
    show(id, '–')
    this.#bar(0)
  }

  progress (bytes: number): void {
    if (bytes < MIB) {
      this.#start = performance.now()
    }

    this.#bar(bytes / TRANSFER_BYTES)
  }

  done (): void {
    if (!this.#done) {
      this.#done = true
      this.#bar(1)
      show(this.#id, (TRANSFER_BYTES / MIB / (performance.now() - this.#start) * 1_000).toFixed(1))
    }
  }

  #bar (part: number): void {
    element(`${this.#id}-bar`).style.width = `${100 * part}%`
  }
}

function showMessage (from: 'you' | 'listener', text: string): void {
  const item = document.createElement('li')
  item.dataset.from = from
  item.textContent = text
  element('messages').append(item)
  item.scrollIntoView({ block: 'nearest' })
}

function showStatus (state: 'secured' | 'failed', text: string): void {
  show('status', text)
  element('status').dataset.state = state
}

function show (id: string, text: string): void {
  element(id).textContent = text
}

function enable (id: string, enabled: boolean): void {
  element<HTMLButtonElement | HTMLInputElement>(id).disabled = !enabled
}

function element <T extends HTMLElement = HTMLElement> (id: string): T {
  return document.getElementById(id) as T
}
