// @ts-nocheck
// One side of one transfer of benchmarks/stream.ts, in a process of its own and
// in CommonJS for the Node that the original needs. The first argument is a
// JSON text: { subject, role, port, keys, bytes, writeBytes }.
const net = require('node:net')
const tls = require('node:tls')

const { subject, role, port, keys, bytes, writeBytes } = JSON.parse(process.argv[2])

// a variable, or the compiler would take what it makes for what it reads
const BUILT = '../dist/src/stream/index.js'

const CIPHERS = { 'classic AES-128-CBC': ['AES-128-CBC'], 'classic RC4': ['RC4'], 'original AES-128-CBC': ['AES-128-CBC'], 'original RC4': ['RC4'] }

let peakBytes = 0
let cpuBefore
setInterval(function () { peakBytes = Math.max(peakBytes, process.memoryUsage().rss) }, 20).unref()

main()

async function main () {
  const secured = await layer()

  if (role === 'receive') {
    const server = net.createServer(function (socket) { secured(socket, receive) })
    server.listen(0, '127.0.0.1', function () { tell({ port: server.address().port }) })
  } else {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', function () { secured(socket, send) })
  }
}

// a function of a socket that calls back with a plaintext stream over it
async function layer () {
  if (subject === 'socket') {
    return function (socket, onStream) { onStream(socket) }
  }

  if (subject === 'node:tls') {
    return tlsLayer
  }

  const secure = subject.startsWith('original') ? require('secure-peer') : (await import(BUILT)).secure
  const peer = secure(keys, { ciphers: CIPHERS[subject], classic: subject.startsWith('classic') })

  return function (socket, onStream) {
    const sec = peer(function (stream) { onStream(stream) })
    sec.pipe(socket).pipe(sec)
  }
}

function tlsLayer (socket, onStream) {
  const options = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'PSK-AES256-GCM-SHA384', psk: Buffer.alloc(32, 7) }

  if (role === 'receive') {
    const secured = new tls.TLSSocket(socket, { isServer: true, secureContext: tls.createSecureContext(options), pskCallback: function () { return options.psk } })
    onStream(secured)
  } else {
    const secured = tls.connect({ socket, ...options, checkServerIdentity: function () {}, pskCallback: function () { return { psk: options.psk, identity: 'benchmark' } } })
    secured.once('secureConnect', function () { onStream(secured) })
  }
}

function receive (stream) {
  cpuBefore = process.cpuUsage()
  let received = 0
  let startedAt

  stream.on('data', function (chunk) {
    startedAt = startedAt || process.hrtime.bigint()
    received += chunk.length

    if (received === bytes) {
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9
      tell({ mibPerSecond: bytes / 2 ** 20 / seconds, peakMib: peakBytes / 2 ** 20, cpuMs: cpuMs() })
      setTimeout(function () { process.exit() }, 50)
    }
  })
}

function send (stream) {
  cpuBefore = process.cpuUsage()
  const chunk = Buffer.alloc(writeBytes, 'beep boop ')
  let sent = 0

  function write () {
    while (sent < bytes) {
      sent += writeBytes

      // the original's streams never ask to wait: the socket below is waited for
      if (!stream.write(chunk)) {
        return stream.once('drain', write)
      }

      if (subject.startsWith('original') && sent % 2 ** 20 === 0) {
        return setImmediate(write)
      }
    }

    setTimeout(function () { tell({ peakMib: peakBytes / 2 ** 20, cpuMs: cpuMs() }) }, 50)
  }

  write()
}

function cpuMs () {
  const { user, system } = process.cpuUsage(cpuBefore)

  return (user + system) / 1000
}

function tell (message) {
  process.stdout.write(JSON.stringify(message) + '\n')
}
